import type { ResourceTable } from '../directory/attributes.js';
import { type ScimProfile, STANDARD } from '../directory/profile.js';
import type { GroupChange } from '../directory/shapes.js';
import { describe, isJsonObject, nameFrom, textFrom } from './json-input.js';
import { idsIn, MemberFold } from './member-fold.js';
import { atOperation, type PatchOperation, refused } from './patch.js';
import {
  invalidPath,
  looksLikePath,
  type PatchPath,
  type PatchTarget,
  parsePatchPath,
  resolvePath,
} from './patch-path.js';
import { Problems } from './problems.js';

export interface GroupPatchOptions {
  /** Called with the path of whatever was passed over, for the provisioning log (B40). */
  ignored?: (name: string) => void;
  /** What each operation may touch; rule B28 unless said otherwise. */
  profile?: ScimProfile;
}

/**
 * What a PATCH changes of a group, whatever the group is now, in order, later operations over earlier ones (B28).
 * Members are folded into sets, so the cost is that of the ids in the request and never that of the group.
 * @throws DomainError INVALID_INPUT naming the operation at fault; LIMIT_EXCEEDED when more than
 * MAX_MEMBERS_PER_REQUEST people would change.
 */
export function foldGroupPatch(
  operations: readonly PatchOperation[],
  options: GroupPatchOptions = {},
): GroupChange {
  const fold = new GroupFold(options.profile ?? STANDARD, options.ignored ?? (() => {}));
  for (const operation of operations) atOperation(operation, () => fold.apply(operation));
  return fold.change();
}

type Verb = PatchOperation['op'];

class GroupFold {
  private displayName: string | undefined;
  private externalId: string | null | undefined;
  private readonly members: MemberFold;
  private readonly table: ResourceTable;

  constructor(
    private readonly profile: ScimProfile,
    private readonly ignored: (name: string) => void,
  ) {
    this.table = profile.resources.Group;
    this.members = new MemberFold(profile.patch.unmatchedReplace);
  }

  apply({ op, path, value }: PatchOperation): void {
    if (!path) this.pathless(op, value);
    else if (!this.at(op, path, value)) this.beyondReach(op, path);
  }

  change(): GroupChange {
    const members = this.members.change();
    return {
      ...(this.displayName !== undefined && { displayName: this.displayName }),
      ...(this.externalId !== undefined && { externalId: this.externalId }),
      ...(members && { members }),
      ...(this.members.expected.size > 0 && { expectedMembers: [...this.members.expected] }),
    };
  }

  private pathless(op: Verb, value: unknown): void {
    if (op === 'remove') throw refused('noTarget', 'A remove needs the path "members".');
    if (!isJsonObject(value)) {
      throw refused(
        'invalidValue',
        `Without a "path" the "value" must be an object of attributes, but ${describe(value)} arrived.`,
      );
    }
    let found = false;
    for (const [key, one] of Object.entries(value)) {
      const path = looksLikePath(key) ? parsePatchPath(key) : undefined;
      if (path && this.pathlessMember(op, path, one)) found = true;
      else this.ignored(key);
    }
    if (op === 'add' && !found) {
      throw refused('invalidValue', 'An add needs "members" or "externalId" in its value, or as its path.');
    }
  }

  /**
   * In the standard profile a replace without a path changes the group's own details only (B28, and the customer's
   * reference: without the path "members" the members are not replaced), so members inside it are passed over.
   * `displayName` in an add is a detail like `externalId`: Entra's newer client may send every single-valued attribute
   * in one pathless add.
   */
  private pathlessMember(op: Verb, path: PatchPath, value: unknown): boolean {
    const target = resolvePath(this.table, path);
    if (!target?.attribute) return false;
    if (op === 'replace' && !this.profile.patchGroup.replaceWithoutPath.includes(target.attribute.name))
      return false;
    return this.set(op, target, path, value);
  }

  /** False when the path names nothing a PATCH can change. */
  private at(op: Verb, path: PatchPath, value: unknown): boolean {
    const target = resolvePath(this.table, path);
    if (!target?.attribute) return false;
    const { patchGroup } = this.profile;
    const beyond = op !== 'replace' && !patchGroup[op].includes(target.attribute.name);
    return !beyond && this.set(op, target, path, value);
  }

  private set(op: Verb, target: PatchTarget, path: PatchPath, value: unknown): boolean {
    const { attribute, part, filter } = target;
    if (attribute?.name === 'members' && !part) {
      this.members.apply(op, filter && idsIn(filter, path), value);
      return true;
    }
    if (attribute?.name !== 'displayName' && attribute?.name !== 'externalId') return false;
    if (op === 'remove') {
      this.externalId = null;
      return true;
    }
    if (value === undefined) throw refused('invalidValue', `The ${op} of '${attribute.name}' needs a value.`);
    const problems = new Problems();
    if (attribute.name === 'displayName') {
      this.displayName = nameFrom(value, 'displayName', problems) ?? undefined;
    } else {
      this.externalId = textFrom(value, 'externalId', problems);
    }
    problems.throwIfAny();
    return true;
  }

  private beyondReach(op: Verb, path: PatchPath): void {
    const { patch, patchGroup } = this.profile;
    const isKnown = resolvePath(this.table, path) !== undefined;
    if (isKnown && patch.readOnlyPath === 'refused') {
      throw refused(
        'mutability',
        `'${path.text}' is not the client's to ${op}: it is required or read-only.`,
      );
    }
    if (!isKnown && patch.unknownPath === 'refused') {
      throw invalidPath(path.text, 'a Group has no such attribute; /Schemas lists what there is');
    }
    if (op === 'replace') {
      this.ignored(path.text);
      return;
    }
    const paths = patchGroup[op].join(' or ');
    throw invalidPath(
      path.text,
      op === 'remove'
        ? `a remove needs the path ${paths}, alone or as members[value eq "id"]`
        : `an add needs the path ${paths}; use replace for the name`,
    );
  }
}
