import { setTimeout as sleep } from 'node:timers/promises';
import type { Node } from './world.js';

const EVERY_MS = 100;
/** A process that stops goes on answering for two seconds: who waits longer for a probe hears of it too late. */
const PROBE_MS = 500;
/** No answer in time says little of a process on a busy machine; so many in a row say that it hangs. */
const MOST_SILENCES = 4;

/** Sends requests to the processes that say of themselves that they are ready, as a load balancer does. */
export class Balancer {
  private ready: string[] = [];
  private running = true;
  private readonly silences = new Map<string, number>();
  private readonly task: Promise<void>;

  constructor(private readonly nodes: () => readonly Node[]) {
    this.task = this.watch();
  }

  readonly targets = (): readonly string[] => this.ready;

  async stop(): Promise<void> {
    this.running = false;
    await this.task;
  }

  private async watch(): Promise<void> {
    while (this.running) {
      // Each by itself: a slow answer of one must not keep what another says.
      await Promise.all(this.nodes().map(({ server: { url } }) => this.probe(url)));
      const known = new Set(this.nodes().map(({ server: { url } }) => url));
      this.ready = this.ready.filter((url) => known.has(url));
      await sleep(EVERY_MS);
    }
  }

  private async probe(url: string): Promise<void> {
    const isReady = await fetch(`${url}/readyz`, {
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(PROBE_MS),
    }).then(
      ({ ok }) => {
        this.silences.delete(url);
        return ok;
      },
      (error: Error) => error.name === 'TimeoutError' && this.isPatientWith(url),
    );
    const others = this.ready.filter((one) => one !== url);
    this.ready = isReady ? [...others, url] : others;
  }

  /** Whether a process that did not answer in time stays what it is. */
  private isPatientWith(url: string): boolean {
    const silences = (this.silences.get(url) ?? 0) + 1;
    this.silences.set(url, silences);
    return silences < MOST_SILENCES && this.ready.includes(url);
  }
}
