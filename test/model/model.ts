import { Access, type Invitation } from './model-access.js';
import { Groups } from './model-groups.js';
import type { Attributes, Op, Outcome, Role } from './ops.js';

/** A person as the rules know them; nothing here is shared with the product. */
export interface Person {
  id: string;
  userName: string | null;
  email: string;
  externalId: string | null;
  givenName: string | null;
  title: string | null;
  employeeNumber: string | null;
  active: boolean;
  by: 'connection' | 'admin' | null;
  role: Role;
  promised: Role | null;
  /** Managed by the connection; `left` it by DELETE; `released` from it by an admin. */
  managed: boolean;
  left: boolean;
  released: boolean;
  erased: boolean;
  /** Of somebody erased: whether the connection ever had them. */
  known: boolean;
  licensed: boolean;
  sessions: number;
  version: number;
}

export interface Group {
  id: string;
  displayName: string;
  externalId: string | null;
  managed: boolean;
  version: number;
  members: Map<string, 'adding' | 'active' | 'removing'>;
}

/** What is found to be the same name (abuse 17): said again here, on purpose. */
export const key = (text: string): string => text.normalize('NFKC').toLowerCase().normalize('NFKC');

export const ok = (view: Record<string, unknown> = {}): Outcome => ({ code: 'ok', view });
export const refuse = (code: string): Outcome => ({ code });

type Change = Partial<Attributes>;

/** The rules of the directory, B8 to B39, on plain maps. `apply` changes it and says what the answer must be. */
export class Model {
  users = new Map<string, Person>();
  groups = new Map<string, Group>();
  invitations = new Map<string, Invitation>();
  seats = 100;
  /** Rows in the audit log, and messages to workers that no relay has taken. */
  audits = 0;
  messages = 0;

  constructor(ownerId: string, ownerEmail: string) {
    this.users.set(ownerId, { ...nobody(ownerId, ownerEmail), role: 'owner' });
  }

  /** As it is now, for a look at what might have happened. */
  clone(): Model {
    return Object.assign(Object.create(Model.prototype) as Model, structuredClone({ ...this }));
  }

  /** `newId` is the id the product gave to what this made, if it made something. */
  apply(op: Op, newId = ''): Outcome {
    const u = 'id' in op ? this.users.get(op.id) : undefined;
    switch (op.kind) {
      case 'provisionUser':
        return this.provision(op.attributes, newId);
      case 'replaceUser': {
        const { externalId, employeeNumber } = op.attributes;
        if (op.door === 'scim' && externalId === null && employeeNumber === null)
          return refuse('INVALID_INPUT');
        const change: Change = { ...op.attributes, ...(op.active !== undefined && { active: op.active }) };
        return this.update(op.id, change, { whole: op.door === 'scim' });
      }
      case 'patchUser':
        return this.update(op.id, op.change, { ...op, patch: op.door === 'scim' });
      case 'deprovisionUser':
        if (!u?.managed) return refuse('NOT_FOUND');
        if (isStale(u, op.expected)) return refuse('PRECONDITION_FAILED');
        if (u.role === 'owner') return refuse('INVALID_INPUT');
        Object.assign(u, { managed: false, left: true, by: u.by ?? 'connection', version: u.version + 1 });
        this.endAccess(u);
        return this.audited();
      case 'readUser':
        return u?.managed ? ok(this.shown(u)) : refuse('NOT_FOUND');
      case 'findUsers':
        return ok({
          ids: this.seen()
            .filter((p) => finds(p, op))
            .map((p) => p.id),
        });
      case 'pageUsers':
        return ok({
          ids: this.seen()
            .map((p) => p.id)
            .sort(),
        });
      case 'settle':
        for (const group of this.groups.values()) new Groups(this).settle(group);
        new Access(this).settle();
        this.messages = 0;
        return ok();
      default:
        return /Groups?$|Members$/.test(op.kind)
          ? new Groups(this).apply(op, newId)
          : new Access(this).apply(op, newId);
    }
  }

  audited(view: Record<string, unknown> = {}): Outcome {
    this.audits += 1;
    return ok(view);
  }

  /** B13 to B16. */
  private provision(sent: Attributes, newId: string): Outcome {
    const a = { ...sent, externalId: sent.externalId ?? sent.employeeNumber };
    if (a.externalId === null) return refuse('INVALID_INPUT');
    const there = this.holders(a);
    if (there.some((p) => p.managed) || there.length > 1) return refuse('CONFLICT');
    const p = there[0] ?? {
      ...nobody(newId, a.email),
      version: 0,
      active: a.active,
      by: a.active ? null : 'connection',
    };
    const returns = a.active && p.by === 'connection';
    const active = p.active || returns;
    Object.assign(p, {
      ...a,
      active,
      by: returns ? null : p.by,
      managed: true,
      left: false,
      released: false,
    });
    p.version += 1;
    this.users.set(p.id, p);
    if (p.active) this.consumeInvitation(p);
    return this.audited(this.shown(p));
  }

  /** B17 to B19, B39. A PATCH over SCIM reads the present values, and a later refusal undoes all of it. */
  private update(
    id: string,
    sent: Change,
    how: { whole?: boolean; patch?: boolean; bad?: boolean; expected?: number },
  ): Outcome {
    const p = this.users.get(id);
    if (!p?.managed) {
      if (how.bad && (p?.released || (p?.erased && p.known))) return refuse('INVALID_INPUT');
      if (p?.erased && p.known && sent.active) return refuse('INVALID_INPUT');
      if (!p?.released || !how.whole || sent.active === false) return refuse('NOT_FOUND');
    }
    if (isStale(p, how.expected)) return refuse('PRECONDITION_FAILED');
    if (how.bad) return refuse('INVALID_INPUT');
    const wanted = { ...sent };
    const follows = how.patch && p.externalId === p.employeeNumber && !('externalId' in sent);
    if (follows && sent.employeeNumber) wanted.externalId = sent.employeeNumber;
    if (wanted.externalId === null) wanted.externalId = wanted.employeeNumber ?? p.employeeNumber;
    if (wanted.externalId === null) return refuse('INVALID_INPUT');
    if (p.by === 'admin') delete wanted.active;
    const next = { ...p, ...wanted };
    const differs = (Object.keys(wanted) as (keyof Change)[]).some((name) => next[name] !== p[name]);
    if (p.role === 'owner' && !next.active) return refuse('INVALID_INPUT');
    if (this.holders({ ...next, userName: next.userName ?? '' }).some((other) => other.id !== id))
      return refuse('CONFLICT');
    const [left, came] = [p.active && !next.active, !p.active && next.active];
    Object.assign(p, wanted, { managed: true, released: false });
    p.version = next.version + (differs ? 1 : 0) + (next.managed ? 0 : 1);
    if (left) {
      p.by = 'connection';
      this.endAccess(p);
    }
    if (came) {
      p.by = null;
      this.consumeInvitation(p);
    }
    if (differs || !next.managed) this.audits += 1;
    return ok(this.shown(p));
  }

  /** Who holds any of the three values that are one person's alone. */
  private holders(a: { userName: string; email: string; externalId: string | null }): Person[] {
    return [...this.users.values()].filter(
      (p) =>
        !p.erased &&
        ((p.userName !== null && key(p.userName) === key(a.userName)) ||
          key(p.email) === key(a.email) ||
          (a.externalId !== null && p.externalId === a.externalId)),
    );
  }

  holderOf(email: string): Person | undefined {
    return [...this.users.values()].find((p) => !p.erased && key(p.email) === key(email));
  }

  pendingFor(email: string): Invitation | undefined {
    return [...this.invitations.values()].find((i) => i.state === 'pending' && key(i.email) === key(email));
  }

  /** B14. */
  private consumeInvitation(p: Person): void {
    const invitation = this.pendingFor(p.email);
    if (!invitation || invitation.over) return;
    Object.assign(invitation, { state: 'consumed', user: p.id });
    this.messages += 1;
  }

  /** B19: everything that ends with `active`. */
  endAccess(p: Person): void {
    Object.assign(p, { active: false, licensed: false, sessions: 0 });
    for (const group of this.groups.values()) if (group.members.delete(p.id)) group.version += 1;
    for (const i of this.invitations.values()) {
      const theirs = i.state === 'consumed' && i.user === p.id && !i.applied;
      if (theirs || (i.state === 'pending' && key(i.email) === key(p.email))) i.state = 'revoked';
    }
  }

  private seen(): Person[] {
    return [...this.users.values()].filter((p) => p.managed);
  }

  shown(p: Person): Record<string, unknown> {
    const { id, userName, email, externalId, givenName, title, employeeNumber, active, version } = p;
    const groups = [...this.groups.values()].filter(
      (g) => g.managed && ['adding', 'active'].includes(g.members.get(id) ?? ''),
    );
    const rest = { email, externalId, givenName, title, employeeNumber, active, version };
    return { id, userName: userName ?? email, ...rest, role: p.role, groups: groups.map((g) => g.id).sort() };
  }
}

export const isStale = (at: { version: number }, expected: number | undefined): boolean =>
  expected !== undefined && expected !== at.version;

function finds(p: Person, { by, value }: Extract<Op, { kind: 'findUsers' }>): boolean {
  if (by === 'userName') return key(p.userName ?? '') === key(value);
  return by === 'email' ? key(p.email) === key(value) : p[by] === value;
}

/** Somebody of whom nothing is known but the address. */
export const nobody = (id: string, email: string): Person => ({
  ...{ id, email, userName: null, externalId: null, givenName: null, title: null, employeeNumber: null },
  ...{ active: true, by: null, role: 'user', promised: null, managed: false, left: false, released: false },
  ...{ erased: false, known: false, licensed: false, sessions: 0, version: 1 },
});
