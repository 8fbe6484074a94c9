import { Redis } from 'ioredis';
import type { TestProduct } from './product.js';

/** Every row of every table of ours and of the queue's, as text: what whoever steals a dump can read. */
export async function dumpOf(product: TestProduct): Promise<string> {
  const tables = await product.sql<{ name: string }>(`
    select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition and n.nspname in ('public', 'bullmq') order by 1`);
  const parts: string[] = [];
  for (const { name } of tables) {
    const rows = await product.sql<{ line: string }>(
      `select '${name} ' || to_jsonb(t)::text as line from ${name} t`,
    );
    parts.push(...rows.map(({ line }) => line));
  }
  return parts.join('\n');
}

/** Every key of a Redis with what it holds. */
export async function dumpOfRedis(url: string): Promise<string> {
  const redis = new Redis(url);
  try {
    const lines: string[] = [];
    for (const key of await redis.keys('*')) {
      const type = await redis.type(key);
      const read = {
        string: () => redis.get(key),
        hash: () => redis.hgetall(key),
        list: () => redis.lrange(key, 0, -1),
        set: () => redis.smembers(key),
        zset: () => redis.zrange(key, '0', '-1'),
        stream: () => redis.xrange(key, '-', '+'),
      }[type];
      lines.push(`${key} ${JSON.stringify(await read?.())}`);
    }
    return lines.join('\n');
  } finally {
    await redis.quit();
  }
}

/** The lines of a dump that say one of some values, in any letter case; each cut to what identifies it. */
export function linesWith(dump: string, values: readonly string[]): string[] {
  const wanted = values.map((value) => value.toLowerCase());
  return dump
    .split('\n')
    .filter((line) => wanted.some((value) => line.toLowerCase().includes(value)))
    .map((line) => line.slice(0, 300));
}
