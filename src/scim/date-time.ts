const MS_PER_DAY = 86_400_000;
const MAX_DAYS = 1_000;
const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));

/** How each day begins, by its number since 1970. */
const days = new Map<number, string>();

function dayOf(number: number): string {
  const known = days.get(number);
  if (known !== undefined) return known;
  if (days.size >= MAX_DAYS) days.clear();
  const text = new Date(number * MS_PER_DAY).toISOString().slice(0, 'yyyy-mm-ddT'.length);
  days.set(number, text);
  return text;
}

/**
 * The DateTime of RFC 7643 section 2.3.5, as `toISOString` writes it, at an eighth of its cost: that alone was a seventh of a page of
 * people. Of the years 0 to 9999.
 */
export function dateTime(date: Date): string {
  const ms = date.getTime();
  const day = Math.floor(ms / MS_PER_DAY);
  const rest = ms - day * MS_PER_DAY;
  const hours = TWO_DIGITS[Math.floor(rest / 3_600_000)];
  const minutes = TWO_DIGITS[Math.floor(rest / 60_000) % 60];
  const seconds = TWO_DIGITS[Math.floor(rest / 1_000) % 60];
  return `${dayOf(day)}${hours}:${minutes}:${seconds}.${String(rest % 1_000).padStart(3, '0')}Z`;
}
