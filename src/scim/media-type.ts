/** The two media types a client may ask for (B5); both mean the same answer. */
const OURS = ['application/scim+json', 'application/json'];

interface Range {
  type: string;
  q: number;
}

function rangesIn(header: string): Range[] {
  return header.split(',').flatMap((part) => {
    const [type = '', ...parameters] = part.split(';').map((one) => one.trim().toLowerCase());
    if (type === '') return [];
    const weight = parameters.find((one) => one.startsWith('q='))?.slice(2);
    const q = weight === undefined ? 1 : Number(weight);
    return [{ type, q: Number.isNaN(q) ? 1 : q }];
  });
}

/** Of the ranges that cover a type the most precise one counts (RFC 9110 section 12.5.1). */
function weightOf(ranges: readonly Range[], type: string): number {
  for (const covering of [type, 'application/*', '*/*', '*']) {
    const range = ranges.find((one) => one.type === covering);
    if (range) return range.q;
  }
  return 0;
}

/** Whether an `Accept` header lets us answer in JSON at all; without one anything is accepted. */
export function acceptsJson(header: string | undefined): boolean {
  const ranges = rangesIn(header ?? '');
  return ranges.length === 0 || OURS.some((type) => weightOf(ranges, type) > 0);
}
