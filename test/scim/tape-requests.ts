import { readdirSync, readFileSync } from 'node:fs';

export interface TapeRequest {
  tape: string;
  method: string;
  path: string;
  query?: Record<string, string>;
  rawQuery?: string;
  body?: unknown;
}

interface Step {
  repeat?: { count: number };
  request: Omit<TapeRequest, 'tape'>;
}

const folder = new URL('./tapes/', import.meta.url);

/** Every request the tapes send, repeated ones with their number, variables still in place. */
export function tapeRequests(): TapeRequest[] {
  const requests: TapeRequest[] = [];
  for (const tape of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
    const { steps } = JSON.parse(readFileSync(new URL(tape, folder), 'utf8')) as { steps: Step[] };
    for (const { repeat, request } of steps) {
      for (let i = 1; i <= (repeat?.count ?? 1); i += 1) {
        const text = JSON.stringify(request).replaceAll(/\$\{i\}/g, String(i));
        requests.push({ tape, ...(JSON.parse(text) as Step['request']) });
      }
    }
  }
  return requests;
}

/** A text with every variable, the inner ones first, replaced by what `value` says. */
export function filled(text: string, value: (name: string) => string): string {
  const next = text.replaceAll(/\$\{([^${}]*)\}/g, (_whole, name: string) => value(name.split('|')[0] ?? ''));
  return next === text ? text : filled(next, value);
}
