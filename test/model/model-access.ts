import { type Model, nobody, ok, type Person, refuse } from './model.js';
import type { Op, Outcome, Role } from './ops.js';

export interface Invitation {
  id: string;
  email: string;
  role: Role;
  groups: string[];
  state: 'pending' | 'accepted' | 'consumed' | 'revoked' | 'expired';
  user: string | null;
  applied: boolean;
  /** Its time has passed, whether or not anybody marked it. */
  over: boolean;
  /** Whether a mail with a link went out: not to somebody a provider manages (B34). */
  linked: boolean;
}

const RANK: Readonly<Record<Role, number>> = { user: 0, group_admin: 1, admin: 2, owner: 3 };

/** What is decided inside the product: people who are not the provider's, invitations, seats and sign-ins (B32 to B39). */
export class Access {
  constructor(private readonly model: Model) {}

  apply(op: Op, newId: string): Outcome {
    switch (op.kind) {
      case 'inviteUser':
        return this.invite(op, newId);
      case 'revokeInvitation':
      case 'readInvitation':
      case 'acceptInvitation':
      case 'invitationIsOver':
        return this.ofInvitation(op, newId);
      case 'setSeats':
        if (this.taken() > op.seats) return refuse('CONFLICT');
        this.model.seats = op.seats;
        return this.model.audited();
      case 'updateUser':
      case 'deactivateUser':
      case 'reactivateUser':
      case 'releaseUser':
      case 'eraseUser':
      case 'changeUserRole':
      case 'signIn':
      case 'assignLicense':
      case 'giveBackLicense': {
        const person = this.model.users.get(op.id);
        return person ? this.ofPerson(op, person) : refuse('NOT_FOUND');
      }
      default:
        throw new Error(`The model does not know ${op.kind}.`);
    }
  }

  /** The workers' part of B14: what consumed invitations promised, once. */
  settle(): void {
    for (const invitation of this.model.invitations.values()) {
      if (invitation.state !== 'consumed' || invitation.applied) continue;
      const person = this.model.users.get(invitation.user ?? '');
      if (!person?.active) continue;
      this.grant(person, invitation.groups);
      if (invitation.role !== 'user' && person.role === 'user') {
        Object.assign(person, { promised: invitation.role, version: person.version + 1 });
      }
      invitation.applied = true;
      this.model.audits += 1;
    }
  }

  private ofPerson(op: Op, p: Person): Outcome {
    const { model } = this;
    const shown = (change: Partial<Person> = {}): Outcome => {
      Object.assign(p, change, { version: p.version + 1 });
      return model.audited(model.shown(p));
    };
    switch (op.kind) {
      case 'updateUser':
        if (p.managed) return refuse('SCIM_MANAGED');
        if (p.erased) return refuse('INVALID_INPUT');
        if (op.expected !== undefined && op.expected !== p.version) return refuse('PRECONDITION_FAILED');
        return shown({ title: op.title });
      case 'deactivateUser':
        if (p.managed) return refuse('SCIM_MANAGED');
        if (p.erased || p.role === 'owner') return refuse('INVALID_INPUT');
        if (p.by === 'admin') return ok(model.shown(p));
        model.endAccess(p);
        return shown({ by: 'admin' });
      case 'reactivateUser':
        if (p.managed && p.by !== 'admin') return refuse('SCIM_MANAGED');
        if (p.erased) return refuse('INVALID_INPUT');
        if (p.active) return ok(model.shown(p));
        return shown({ active: true, by: null, left: false });
      case 'releaseUser':
        if (!p.managed) return refuse('CONFLICT');
        for (const group of model.groups.values()) {
          if (group.managed && group.members.delete(p.id)) group.version += 1;
        }
        return shown({ managed: false, released: true });
      case 'eraseUser':
        if (p.role === 'owner') return refuse('INVALID_INPUT');
        if (p.erased || p.active) return refuse('CONFLICT');
        model.endAccess(p);
        Object.assign(
          p,
          { ...nobody(p.id, ''), active: false, erased: true, version: p.version + 1 },
          { known: p.managed || p.left || p.released, left: true },
        );
        return model.audited();
      case 'changeUserRole': {
        if (op.expected !== undefined && op.expected !== p.version) return refuse('PRECONDITION_FAILED');
        if (op.role === p.role) return ok(model.shown(p));
        const owners = [...model.users.values()].filter(({ role }) => role === 'owner').length;
        if (op.role === 'owner' && !p.active) return refuse('INVALID_INPUT');
        if (p.role === 'owner' && owners === 1) return refuse('INVALID_INPUT');
        return shown({ role: op.role, promised: null, sessions: 0 });
      }
      case 'signIn':
        if (!p.active) return refuse('FORBIDDEN');
        if (!p.licensed && this.taken() >= model.seats) return refuse('LIMIT_EXCEEDED');
        Object.assign(p, { licensed: true, sessions: p.sessions + 1 });
        return ok();
      case 'assignLicense':
        if (!p.active) return refuse('CONFLICT');
        if (p.licensed) return ok();
        if (this.taken() >= model.seats) return refuse('LIMIT_EXCEEDED');
        p.licensed = true;
        return model.audited();
      default:
        if (!p.licensed) return ok();
        p.licensed = false;
        return model.audited();
    }
  }

  private taken(): number {
    return [...this.model.users.values()].filter(({ licensed }) => licensed).length;
  }

  private invite(op: Extract<Op, { kind: 'inviteUser' }>, newId: string): Outcome {
    const { model } = this;
    if (op.groups.some((id) => !model.groups.has(id))) return refuse('NOT_FOUND');
    const pending = model.pendingFor(op.email);
    if (pending && !pending.over) return refuse('CONFLICT');
    if (pending) pending.state = 'expired';
    const there = model.holderOf(op.email);
    const linked = !(there?.active && there.managed);
    const { email, role, groups } = op;
    const rest = { state: 'pending', user: null, applied: false, over: false } as const;
    model.invitations.set(newId, { id: newId, email, role, groups, ...rest, linked });
    return model.audited({ id: newId, state: 'PENDING' });
  }

  private ofInvitation(op: { kind: string; id: string }, newId: string): Outcome {
    const invitation = this.model.invitations.get(op.id);
    if (op.kind === 'invitationIsOver') {
      if (invitation?.state === 'pending') invitation.over = true;
      return ok();
    }
    if (!invitation) return refuse('NOT_FOUND');
    const isOpen = invitation.state === 'pending' && !invitation.over;
    // Looking uses nothing up: mail scanners look (abuse 23).
    if (op.kind === 'readInvitation')
      return isOpen && invitation.linked ? ok({ same: true }) : refuse('NOT_FOUND');
    if (op.kind === 'revokeInvitation') {
      if (!isOpen) return refuse('CONFLICT');
      invitation.state = 'revoked';
      return this.model.audited();
    }
    return isOpen && invitation.linked ? this.accept(invitation, newId) : refuse('NOT_FOUND');
  }

  /** B34, B14: everything at once; a role only ever rises. */
  private accept(invitation: Invitation, newId: string): Outcome {
    const { model } = this;
    const there = model.holderOf(invitation.email);
    if (there && !there.active) return refuse('CONFLICT');
    const p = there ?? { ...nobody(newId, invitation.email), role: invitation.role, givenName: 'New' };
    if (there) {
      const rises = p.role === 'user' || (p.role === 'group_admin' && invitation.role === 'admin');
      if (rises && RANK[invitation.role] > RANK[p.role])
        Object.assign(p, { role: invitation.role, sessions: 0 });
      if (!p.managed && !p.left) p.givenName ??= 'New';
      p.version += 1;
    }
    model.users.set(p.id, p);
    this.grant(p, invitation.groups);
    Object.assign(invitation, { state: 'accepted', user: p.id, applied: true });
    return model.audited({ userId: p.id, role: p.role });
  }

  /** Into every group that is still there, in effect at once; whoever is being added already stays so. */
  private grant(p: Person, groups: readonly string[]): void {
    for (const id of groups) {
      const group = this.model.groups.get(id);
      const state = group?.members.get(p.id);
      if (!group || state === 'active' || state === 'adding') continue;
      group.version += 1;
      group.members.set(p.id, 'active');
    }
  }
}
