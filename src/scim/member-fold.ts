import { noSuchMember } from '../directory/change-members.js';
import type { Filter } from '../directory/filter/ast.js';
import type { PatchRules } from '../directory/profile.js';
import type { MembersChange } from '../directory/shapes.js';
import { MAX_MEMBERS_PER_REQUEST } from '../directory/user-input.js';
import { memberIdsFrom, tooManyMembers } from './group-resource.js';
import { isJsonObject } from './json-input.js';
import { type PatchOperation, refused } from './patch.js';
import { invalidPath, type PatchPath } from './patch-path.js';
import { Problems } from './problems.js';

/** Folds operations on `members` into a whole new set, or into some to add and others to remove. */
export class MemberFold {
  /** Whom a value path named who must be members already; whether they are only the group can tell. */
  readonly expected = new Set<string>();
  private whole: Set<string> | undefined;
  private readonly added = new Set<string>();
  private readonly removed = new Set<string>();

  /** @param unmatched what a replace does whose value path finds nobody: `members[value eq "x"]` of no member x */
  constructor(private readonly unmatched: PatchRules['unmatchedReplace']) {}

  /** @param selected the ids of a value path such as `members[value eq "x"]`, undefined for plain `members` */
  apply(op: PatchOperation['op'], selected: string[] | undefined, value: unknown): void {
    if (op === 'remove') this.applyRemove(selected, value);
    else if (selected) this.applySelected(op, selected, value);
    else if (op === 'add' && value !== undefined) this.add(idsFrom(value ?? []));
    else if (op === 'replace' && value !== undefined && value !== null) this.whole = new Set(idsFrom(value));
    else
      throw refused(
        'invalidValue',
        `The ${op} of 'members' needs a "value"; an empty list removes everyone.`,
      );
    const size = this.whole?.size ?? this.added.size + this.removed.size;
    if (size > MAX_MEMBERS_PER_REQUEST) throw tooManyMembers(size);
  }

  /** Undefined when no operation named anyone. */
  change(): MembersChange | undefined {
    if (this.whole) return { replace: [...this.whole] };
    if (this.added.size + this.removed.size === 0) return undefined;
    return { add: [...this.added], remove: [...this.removed] };
  }

  /** A value list removes those and nobody else, were it empty: only without one does a remove mean everyone. */
  private applyRemove(selected: string[] | undefined, value: unknown): void {
    if (selected) this.remove(selected);
    else if (value === undefined || value === null) this.whole = new Set();
    else this.remove(idsFrom(value));
  }

  /** In the standard profile B22 creates what a value path does not find. */
  private applySelected(op: 'add' | 'replace', selected: string[], value: unknown): void {
    const elements: unknown[] = Array.isArray(value) ? value : [value];
    const named = idsFrom(elements.filter((element) => isJsonObject(element) && 'value' in element));
    if (op === 'replace' && this.unmatched === 'refused') this.expect(selected);
    if (op === 'replace') this.remove(selected);
    this.add(named.length > 0 ? named : selected);
  }

  private expect(ids: readonly string[]): void {
    for (const id of ids) {
      if (this.removed.has(id) || (this.whole && !this.whole.has(id))) throw noSuchMember(id);
      if (!this.added.has(id) && !this.whole) this.expected.add(id);
    }
  }

  private add(ids: readonly string[]): void {
    for (const id of ids) {
      if (this.whole) {
        this.whole.add(id);
      } else {
        this.added.add(id);
        this.removed.delete(id);
      }
    }
  }

  private remove(ids: readonly string[]): void {
    for (const id of ids) {
      if (this.whole) {
        this.whole.delete(id);
      } else {
        this.removed.add(id);
        this.added.delete(id);
      }
    }
  }
}

function idsFrom(value: unknown): string[] {
  const problems = new Problems();
  const ids = memberIdsFrom(value, problems);
  problems.throwIfAny();
  return ids;
}

/**
 * The ids of `value eq "a" or value eq "b"`.
 * @throws DomainError INVALID_INPUT `invalidPath` for any other filter, since it cannot be answered without the group.
 */
export function idsIn(filter: Filter, path: PatchPath): string[] {
  if (filter.kind === 'or') return filter.operands.flatMap((operand) => idsIn(operand, path));
  const isId = filter.kind === 'compare' && filter.operator === 'eq' && filter.path.toLowerCase() === 'value';
  if (isId && typeof filter.value === 'string') return [filter.value];
  throw invalidPath(
    path.text,
    'members can be selected by id only, as members[value eq "id"], joined with "or"',
  );
}
