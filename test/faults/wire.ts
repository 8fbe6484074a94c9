import { type Pair, TcpProxy } from '../workers/tcp-proxy.js';

/** A moment of a conversation at which something happens to one of its ends. */
export interface Moment {
  name: string;
  /** Whose words are the moment: the client's, before the server hears them, or the server's, before the client does. */
  who: 'client' | 'server';
  /** What the client has said in this transaction (or request) by then. */
  said: RegExp;
  /** What the server answers at the moment itself. */
  answered?: RegExp;
  /** Whether the other side still gets these very words. */
  delivered: boolean;
}

interface Armed {
  moment: Moment;
  act: () => void;
}

/** PostgreSQL's "ready for query, no transaction open", which ends an answer and a transaction. */
const IDLE = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);
/** More than any request of the suite says before its COMMIT. */
const REMEMBERED = 200_000;

/** A network between a process and a server: slow, stalling, cut, and able to act at a moment of what is said. */
export class Wire extends TcpProxy {
  /** Milliseconds that everything a client says takes longer. */
  latencyMs = 0;
  /** The part of a client's messages that stall, and for how long. */
  stalls = { share: 0, ms: 0, random: Math.random };
  private armed: Armed | undefined;
  private readonly last = new WeakMap<Pair, Promise<void>>();

  static async to(port: number): Promise<Wire> {
    const wire = new Wire({ host: '127.0.0.1', port });
    await wire.restore();
    return wire;
  }

  /** Acts once, at the next such moment of any connection; resolves then. */
  at(moment: Moment, act: () => void): Promise<void> {
    for (const pair of this.pairs) pair.said = '';
    return new Promise((resolve) => {
      this.armed = {
        moment,
        act: () => {
          act();
          resolve();
        },
      };
    });
  }

  disarm(): void {
    this.armed = undefined;
  }

  protected override pass(chunk: Buffer, pair: Pair): void {
    const wait = this.delay();
    if (wait === 0 && !this.last.has(pair)) {
      this.hear(chunk, pair);
      return;
    }
    // One after the other, and several on their way at once, as on a long wire.
    const arrival = new Promise<void>((resolve) => setTimeout(resolve, wait));
    const before = this.last.get(pair) ?? Promise.resolve();
    const mine = before.then(() => arrival).then(() => this.hear(chunk, pair));
    this.last.set(pair, mine);
    void mine.then(() => {
      if (this.last.get(pair) === mine) this.last.delete(pair);
    });
  }

  protected override answer(chunk: Buffer, pair: Pair): void {
    const { armed } = this;
    const { moment } = armed ?? {};
    const isIt =
      moment?.who === 'server' &&
      moment.said.test(pair.said) &&
      (moment.answered?.test(chunk.toString('latin1')) ?? true);
    if (chunk.subarray(-IDLE.length).equals(IDLE)) pair.said = '';
    if (!armed || !isIt) {
      super.answer(chunk, pair);
      return;
    }
    this.armed = undefined;
    if (moment.delivered) super.answer(chunk, pair);
    armed.act();
    if (!moment.delivered) pair.client.destroy();
  }

  private hear(chunk: Buffer, pair: Pair): void {
    const { armed } = this;
    if (armed) pair.said = (pair.said + chunk.toString('latin1')).slice(-REMEMBERED);
    if (armed?.moment.who !== 'client' || !armed.moment.said.test(pair.said)) {
      if (!pair.server.destroyed) pair.server.write(chunk);
      return;
    }
    this.armed = undefined;
    if (armed.moment.delivered) pair.server.write(chunk, () => armed.act());
    else {
      armed.act();
      pair.client.destroy();
      pair.server.resetAndDestroy();
    }
  }

  private delay(): number {
    const { share, ms, random } = this.stalls;
    return this.latencyMs + (share > 0 && random() < share ? ms : 0);
  }
}
