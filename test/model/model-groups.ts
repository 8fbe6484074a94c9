import { type Group, isStale, key, type Model, ok, refuse } from './model.js';
import type { GroupStep, Op, Outcome } from './ops.js';

type Members = { add: string[]; remove: string[] } | { replace: string[] };

/** The rules of groups and of who is in them, B23 to B32. */
export class Groups {
  constructor(private readonly model: Model) {}

  apply(op: Op, newId: string): Outcome {
    const g = 'id' in op ? this.model.groups.get(op.id) : undefined;
    switch (op.kind) {
      case 'provisionGroup':
        return this.provision(op, newId);
      case 'replaceGroup': {
        const { displayName, externalId, members } = op;
        return this.update(op.id, { displayName, externalId }, members && { replace: members });
      }
      case 'patchGroup':
        return this.patch(op.id, op.steps, op.expected);
      case 'deprovisionGroup':
        if (!g?.managed) return refuse('NOT_FOUND');
        if (isStale(g, op.expected)) return refuse('PRECONDITION_FAILED');
        for (const id of g.members.keys()) if (this.model.users.get(id)?.managed) g.members.delete(id);
        if (g.members.size > 0)
          Object.assign(g, { managed: false, externalId: null, version: g.version + 1 });
        else this.model.groups.delete(g.id);
        return this.model.audited();
      case 'readGroup':
        return g?.managed ? ok(this.shown(g)) : refuse('NOT_FOUND');
      case 'findGroups':
        return ok({
          ids: [...this.model.groups.values()].filter((x) => x.managed && this.has(x, op)).map((x) => x.id),
        });
      case 'createGroup':
        if (this.named(op.displayName)) return refuse('CONFLICT');
        this.model.groups.set(newId, newGroup(newId, op.displayName, null, false));
        return this.model.audited({ id: newId, displayName: op.displayName, externalId: null, version: 1 });
      case 'updateGroup':
        return this.changeOrdinary(op.id, { add: op.add, remove: op.remove }, op);
      case 'addGroupMembers':
        return this.changeOrdinary(op.id, { add: op.ids, remove: [] });
      case 'removeGroupMembers':
        return this.changeOrdinary(op.id, { add: [], remove: op.ids });
      case 'deleteGroup':
        if (!g) return refuse('NOT_FOUND');
        if (g.managed) return refuse('SCIM_MANAGED');
        if (isStale(g, op.expected)) return refuse('PRECONDITION_FAILED');
        this.model.groups.delete(g.id);
        return this.model.audited();
      case 'applyGroup':
        if (g) this.settle(g);
        return ok();
      default:
        throw new Error(`The model does not know ${op.kind}.`);
    }
  }

  private provision(op: Extract<Op, { kind: 'provisionGroup' }>, newId: string): Outcome {
    const add = this.withoutNested(op.members);
    if (this.unknown(add)) return refuse('NOT_FOUND');
    const there = this.named(op.displayName);
    if (there?.managed) return refuse('CONFLICT');
    const { displayName, externalId } = op;
    const group = there ?? newGroup(newId, displayName, externalId, true);
    if (there) Object.assign(there, { displayName, externalId, managed: true, version: there.version + 1 });
    this.model.groups.set(group.id, group);
    this.move(group, { add, remove: [] });
    return this.model.audited(this.shown(group));
  }

  /** B28: operations in order, into one change. */
  private patch(id: string, steps: readonly GroupStep[], expected?: number): Outcome {
    let members: Members | undefined;
    const details: { displayName?: string; externalId?: string } = {};
    for (const step of steps) {
      if (step.do === 'bad') return refuse('INVALID_INPUT');
      if (step.do === 'rename') details.displayName = step.to;
      else if (step.do === 'identify') details.externalId = step.to;
      else members = folded(members, step);
    }
    return this.update(id, details, members, expected);
  }

  private update(
    id: string,
    details: { displayName?: string; externalId?: string | null },
    sent: Members | undefined,
    expected?: number,
  ): Outcome {
    const members =
      sent &&
      ('replace' in sent
        ? { replace: this.withoutNested(sent.replace) }
        : { ...sent, add: this.withoutNested(sent.add) });
    const group = this.model.groups.get(id);
    if (!group?.managed || (members && this.unknown(wantedOf(members)))) return refuse('NOT_FOUND');
    if (isStale(group, expected)) return refuse('PRECONDITION_FAILED');
    const other = details.displayName === undefined ? group : this.named(details.displayName);
    if (other && other !== group) return refuse('CONFLICT');
    const next = { ...group, ...details };
    const renamed = next.displayName !== group.displayName || next.externalId !== group.externalId;
    const changed = [members && this.move(group, members) > 0, renamed].some(Boolean);
    Object.assign(group, details, { version: group.version + (changed ? 1 : 0) });
    if (changed) this.model.audits += 1;
    return ok(this.shown(group));
  }

  /** B29: groups of a provider among the members are passed over. */
  private withoutNested(ids: string[]): string[] {
    return ids.filter((id) => !this.model.groups.get(id)?.managed);
  }

  /** B32: a group that was made here. `rename` is the mutation that always counts as a change. */
  private changeOrdinary(
    id: string,
    members: { add: string[]; remove: string[] },
    rename?: { displayName?: string; expected?: number },
  ): Outcome {
    const group = this.model.groups.get(id);
    if (this.unknown(members.add) || !group) return refuse('NOT_FOUND');
    if (group.managed) return refuse('SCIM_MANAGED');
    if (isStale(group, rename?.expected)) return refuse('PRECONDITION_FAILED');
    const other = rename?.displayName === undefined ? group : this.named(rename.displayName);
    if (other && other !== group) return refuse('CONFLICT');
    const moved = this.move(group, members, 'anyone');
    const refused = members.add.some((member) => !this.model.users.get(member)?.active);
    group.displayName = rename?.displayName ?? group.displayName;
    if (moved > 0 || rename) group.version += 1;
    if (moved > 0 || rename || refused) this.model.audits += 1;
    return ok(this.shown(group));
  }

  /** B29, B30: what is accepted; how many memberships moved. */
  private move(group: Group, change: Members, who: 'managed' | 'anyone' = 'managed'): number {
    const joining = new Set(wantedOf(change).filter((id) => this.model.users.get(id)?.active));
    const leaving = 'replace' in change ? [...group.members.keys()] : change.remove;
    let [moved, pending] = [0, 0];
    for (const id of joining) {
      const state = group.members.get(id);
      if (state === 'adding' || state === 'active') continue;
      group.members.set(id, state === 'removing' ? 'active' : 'adding');
      moved += 1;
      if (state === undefined) pending += 1;
    }
    for (const id of leaving) {
      const state = group.members.get(id);
      const mayGo = who === 'anyone' || this.model.users.get(id)?.managed;
      if (joining.has(id) || !mayGo || (state !== 'adding' && state !== 'active')) continue;
      if (state === 'adding') group.members.delete(id);
      else group.members.set(id, 'removing');
      moved += 1;
      if (state === 'active') pending += 1;
    }
    if (pending > 0) this.model.messages += 1;
    return moved;
  }

  /** The worker's part: what was accepted becomes true; whoever was deactivated meanwhile is not added (I6). */
  settle(group: Group): void {
    let moved = 0;
    for (const [id, state] of group.members) {
      if (state === 'active') continue;
      moved += 1;
      if (state === 'adding' && this.model.users.get(id)?.active) group.members.set(id, 'active');
      else group.members.delete(id);
    }
    if (moved > 0) this.model.audits += 1;
  }

  /** B29: somebody who is nobody here, or whom the provider cannot see any more. */
  private unknown(ids: readonly string[]): boolean {
    return ids.some((id) => !this.model.users.has(id) || this.model.users.get(id)?.left);
  }

  private named(displayName: string): Group | undefined {
    return [...this.model.groups.values()].find((group) => key(group.displayName) === key(displayName));
  }

  private has(group: Group, { by, value }: Extract<Op, { kind: 'findGroups' }>): boolean {
    if (by === 'displayName') return key(group.displayName) === key(value);
    return by === 'externalId' ? group.externalId === value : this.membersShown(group).includes(value);
  }

  /** B11, B30: what was asked for, of the people the connection manages. */
  private membersShown(group: Group): string[] {
    const shown = [...group.members].filter(
      ([id, state]) => state !== 'removing' && this.model.users.get(id)?.managed,
    );
    return shown.map(([id]) => id).sort();
  }

  private shown(group: Group): Record<string, unknown> {
    const { id, displayName, externalId, version } = group;
    return { id, displayName, externalId, version, members: this.membersShown(group) };
  }
}

const wantedOf = (change: Members): string[] => ('replace' in change ? change.replace : change.add);

function folded(before: Members | undefined, step: GroupStep): Members {
  if (step.do === 'replace') return { replace: step.ids };
  if (step.do === 'clear') return { replace: [] };
  const ids = 'ids' in step ? step.ids : [];
  const without = (list: readonly string[]): string[] => list.filter((id) => !ids.includes(id));
  if (before && 'replace' in before) {
    return {
      replace: step.do === 'add' ? [...new Set([...before.replace, ...ids])] : without(before.replace),
    };
  }
  const { add, remove } = before ?? { add: [], remove: [] };
  return step.do === 'add'
    ? { add: [...without(add), ...ids], remove: without(remove) }
    : { add: without(add), remove: [...without(remove), ...ids] };
}

const newGroup = (id: string, displayName: string, externalId: string | null, managed: boolean): Group => ({
  id,
  displayName,
  externalId,
  managed,
  version: 1,
  members: new Map(),
});
