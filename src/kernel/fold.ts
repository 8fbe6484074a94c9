/**
 * The one way two names are found to be the same (docs/architecture.md, data; abuse 17).
 * NFKC, lower case, NFKC again: lower-casing can leave a string that is no longer normal, and the second pass makes
 * the fold idempotent. PostgreSQL's lower() disagrees with this on dozens of code points, so it is never used on keys.
 */
export function fold(name: string): string {
  return name.normalize('NFKC').toLowerCase().normalize('NFKC');
}

/**
 * Text that PostgreSQL cannot hold or that merges two different names into one when it is stored: NUL is refused by
 * the server, and every lone surrogate becomes the same replacement character on the way out.
 */
export function isStorableText(text: string): boolean {
  return !text.includes('\u0000') && text.isWellFormed();
}

/** A B-tree entry of PostgreSQL ends at 2,704 bytes, with the organization's id in it. */
const MAX_KEY_BYTES = 2_000;

/** Whether the folded form fits an index: folding can make one character eighteen. */
export const isIndexable = (name: string): boolean => Buffer.byteLength(fold(name)) <= MAX_KEY_BYTES;
