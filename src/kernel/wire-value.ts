/** A parameter as PostgreSQL reads it: text, bytes, or nothing. Arrays become array literals, objects JSON. */
export function toWire(value: unknown): string | Buffer | null {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return null;
  if (Buffer.isBuffer(value)) return value;
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return arrayLiteral(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const arrayLiteral = (values: readonly unknown[]): string => `{${values.map(elementOf).join(',')}}`;

function elementOf(value: unknown): string {
  if (Array.isArray(value)) return arrayLiteral(value);
  const wire = toWire(value);
  if (wire === null) return 'NULL';
  if (typeof wire !== 'string') return `"\\\\x${wire.toString('hex')}"`;
  return `"${wire.replace(/["\\]/g, '\\$&')}"`;
}
