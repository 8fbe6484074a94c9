/** What one attribute was and is; null where there was or is no value. */
export interface ValueChange {
  before: unknown;
  after: unknown;
}

/** As many members as somebody reads; the rest is counted. */
export const MAX_RECORDED_MEMBERS = 20;

/** Who came or went: how many, and the first MAX_RECORDED_MEMBERS ids. */
export interface MemberCount {
  count: number;
  ids: string[];
}

/** The attributes of `after` that differ from `before`, by name; of somebody new, whatever has a value. */
export function changesBetween(before: object | undefined, after: object): Record<string, ValueChange> {
  const changes: Record<string, ValueChange> = {};
  const old = (before ?? {}) as Record<string, unknown>;
  for (const [name, value] of Object.entries(after)) {
    const change = { before: old[name] ?? null, after: value ?? null };
    if (JSON.stringify(change.before) !== JSON.stringify(change.after)) changes[name] = change;
  }
  return changes;
}
