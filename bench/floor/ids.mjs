import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(4096);
let used = pool.length;

/** UUIDv7: ordered by time, so that new rows land at the end of the index. */
export function newId() {
  if (used + 10 > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const random = Buffer.from(pool.subarray(used, used + 10));
  used += 10;
  random[0] = (random[0] & 0x0f) | 0x70;
  random[2] = (random[2] & 0x3f) | 0x80;
  const time = Date.now().toString(16).padStart(12, '0');
  const hex = random.toString('hex');
  return `${time.slice(0, 8)}-${time.slice(8)}-${hex.slice(0, 4)}-${hex.slice(4, 8)}-${hex.slice(8)}`;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
export const isId = (text) => UUID.test(text);
