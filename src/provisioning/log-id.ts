/** The smallest UUIDv7 of a moment: rows of the log are kept in the order of their ids, which are times. */
export function boundAt(milliseconds: number): string {
  const hex = Math.max(0, Math.round(milliseconds)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-0000-0000-000000000000`;
}
