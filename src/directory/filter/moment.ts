/** xsd:dateTime as RFC 7643 section 2.3.5 wants it; the zone may be missing and is then UTC. Matched on one value. */
const DATE_TIME = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})?$/i;

/**
 * The moment a dateTime names, cut to milliseconds, or undefined when it names none: another form, the 30th of
 * February, a year that PostgreSQL and JavaScript do not both write with four digits.
 */
export function parseMoment(text: string): Date | undefined {
  const [, year, month, day, time, fraction = '', zone = 'Z'] = DATE_TIME.exec(text) ?? [];
  if (time === undefined) return undefined;
  const date = `${year}-${month}-${day}`;
  // A day that does not exist would be read as one of the next month.
  const midnight = new Date(`${date}T00:00:00Z`);
  if (Number.isNaN(midnight.getTime()) || midnight.toISOString().slice(0, 10) !== date) return undefined;
  const moment = new Date(`${date}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}${zone.toUpperCase()}`);
  const inYear = moment.getUTCFullYear();
  return inYear >= 1 && inYear <= 9999 ? moment : undefined;
}
