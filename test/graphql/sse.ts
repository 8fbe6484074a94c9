import { setTimeout as sleep } from 'node:timers/promises';

export interface SseEvent {
  event: string | undefined;
  id: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape
  data: any;
}

export interface OpenStream {
  status: number;
  headers: Headers;
  /** What has arrived, ids alone included. */
  events: SseEvent[];
  /** How many comments have arrived. */
  comments: () => number;
  ended: () => boolean;
  /** Waits until `count` events with data are there, and returns their data. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  data(count: number, deadlineMs?: number): Promise<any[]>;
  /** Waits for the end. */
  end(deadlineMs?: number): Promise<void>;
  /** Leaves without a word. */
  cut(): void;
}

/** Opens a subscription over a real connection. A refusal is an answer with one event: its body. */
export async function openStream(
  url: string,
  token: string,
  query: string,
  options: { variables?: unknown; headers?: Record<string, string> } = {},
): Promise<OpenStream> {
  const abort = new AbortController();
  const answer = await fetch(`${url}/graphql/stream`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'text/event-stream',
      ...options.headers,
    },
    body: JSON.stringify({ query, variables: options.variables }),
    signal: abort.signal,
  });
  const events: SseEvent[] = [];
  let [comments, hasEnded] = [0, false];
  if (!answer.headers.get('content-type')?.startsWith('text/event-stream')) {
    events.push({ event: undefined, id: undefined, data: await answer.json() });
    hasEnded = true;
  } else {
    void (async () => {
      let rest = '';
      const decoder = new TextDecoder();
      for await (const chunk of answer.body ?? []) {
        const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
        rest = parts.pop() ?? '';
        for (const part of parts) {
          const field = (name: string) =>
            part
              .split('\n')
              .find((line) => line.startsWith(`${name}:`))
              ?.slice(name.length + 1)
              .trim();
          if (part.startsWith(':') || part.startsWith('retry')) comments += 1;
          else
            events.push({
              event: field('event'),
              id: field('id'),
              data: JSON.parse(field('data') || 'null'),
            });
        }
      }
    })()
      .catch(() => {})
      .finally(() => {
        hasEnded = true;
      });
  }
  const until = async (done: () => boolean, deadlineMs: number): Promise<void> => {
    for (const late = Date.now() + deadlineMs; !done(); await sleep(10)) {
      if (Date.now() > late) throw new Error(`Not within ${deadlineMs} ms: ${JSON.stringify(events)}`);
    }
  };
  const withData = () => events.filter(({ data }) => data !== null);
  return {
    status: answer.status,
    headers: answer.headers,
    events,
    comments: () => comments,
    ended: () => hasEnded,
    data: async (count, deadlineMs = 60_000) => {
      await until(() => withData().length >= count, deadlineMs);
      return withData().map(({ data }) => data);
    },
    end: (deadlineMs = 60_000) => until(() => hasEnded, deadlineMs),
    cut: () => abort.abort(),
  };
}
