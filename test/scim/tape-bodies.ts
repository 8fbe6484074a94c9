import { readdirSync, readFileSync } from 'node:fs';

interface Step {
  name: string;
  request: { method: string; path: string; body?: unknown };
  expect: { status: number[] };
}

export interface TapeBody {
  method: string;
  body: unknown;
  /** The tape wants a 400: the body itself is at fault. */
  refused: boolean;
}

const folder = new URL('./tapes/', import.meta.url);

/**
 * Every request body that the tapes send to `/Users` or `/Groups`, as a table for `it.each`. Variables become plain
 * text of the same name; bodies merged from an earlier answer are left out, the tape replay has them.
 */
export function tapeBodies(endpoint: '/Users' | '/Groups', methods: string[]): [string, TapeBody][] {
  const rows: [string, TapeBody][] = [];
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
    const tape = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as { steps: Step[] };
    for (const { name, request, expect } of tape.steps) {
      const text = JSON.stringify(request.body ?? null);
      if (!request.path.startsWith(endpoint) || !methods.includes(request.method) || text.includes('$merge'))
        continue;
      const body: unknown = JSON.parse(plain(text));
      rows.push([`${file}: ${name}`, { method: request.method, body, refused: expect.status.includes(400) }]);
    }
  }
  return rows;
}

/** `${m_${i}}` from the inside out. */
function plain(text: string): string {
  const next = text.replaceAll(/\$\{([^${}]*)\}/g, (_whole, name: string) => name.replaceAll(/\W/g, '-'));
  return next === text ? text : plain(next);
}
