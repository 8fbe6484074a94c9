import { once } from 'node:events';
import net from 'node:net';

export interface Pair {
  client: net.Socket;
  server: net.Socket;
  /** What the client has said so far, while a trap is set. */
  said: string;
}

/**
 * A TCP proxy on a port of its own in front of a server, to take that server away as a network does: by refusing, by
 * cutting what is open, at a certain word of the client, or by silence.
 */
export class TcpProxy {
  protected readonly pairs = new Set<Pair>();
  private listener: net.Server | undefined;
  private trap: { words: RegExp; forward: boolean; sprung: () => void } | undefined;
  private frozen = false;
  port = 0;

  constructor(protected readonly target: { host: string; port: number }) {}

  static async inFrontOf(url: string): Promise<TcpProxy> {
    const { hostname, port } = new URL(url);
    const proxy = new TcpProxy({ host: hostname, port: Number(port) });
    await proxy.restore();
    return proxy;
  }

  /** The same URL by way of the proxy. */
  urlOf(url: string): string {
    return Object.assign(new URL(url), { host: `127.0.0.1:${this.port}` }).toString();
  }

  /** Refuses new connections and ends those there are. */
  async cut(): Promise<void> {
    const { listener } = this;
    this.listener = undefined;
    if (!listener) return;
    listener.close();
    this.reset();
    await once(listener, 'close');
  }

  /** Takes connections, on the same port as before. */
  async restore(): Promise<void> {
    if (this.listener) return;
    this.listener = net.createServer((client) => this.join(client));
    this.listener.listen(this.port, '127.0.0.1');
    await once(this.listener, 'listening');
    this.port = (this.listener.address() as net.AddressInfo).port;
  }

  /** Ends the connections there are; new ones are taken. */
  reset(): void {
    for (const { client, server } of this.pairs) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
  }

  /** Passes nothing on in either direction, without a word, until `thaw`. */
  freeze(): void {
    this.frozen = true;
    for (const { client, server } of this.pairs) for (const socket of [client, server]) socket.pause();
  }

  thaw(): void {
    this.frozen = false;
    for (const { client, server } of this.pairs) for (const socket of [client, server]) socket.resume();
  }

  /**
   * Cuts the first connection whose client says the words: before the server hears the last of them, or (`forward`, for a
   * commit) after it has done them, so that the client never learns of the answer. Resolves when that happened.
   */
  cutAt(words: RegExp, forward: boolean): Promise<void> {
    return new Promise((resolve) => {
      this.trap = { words, forward, sprung: resolve };
    });
  }

  private join(client: net.Socket): void {
    const server = net.connect(this.target);
    const pair = { client, server, said: '' };
    this.pairs.add(pair);
    const end = (): void => {
      this.pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.on('error', () => {}).on('close', end);
    client.on('data', (chunk) => this.pass(chunk, pair));
    server.on('data', (chunk) => this.answer(chunk, pair));
    if (this.frozen) for (const socket of [client, server]) socket.pause();
  }

  protected answer(chunk: Buffer, { client }: Pair): void {
    client.write(chunk);
  }

  protected pass(chunk: Buffer, pair: Pair): void {
    const { client, server } = pair;
    const { trap } = this;
    pair.said = trap ? pair.said + chunk.toString('latin1') : '';
    if (!trap?.words.test(pair.said)) {
      server.write(chunk);
      return;
    }
    this.trap = undefined;
    server.once('close', trap.sprung);
    if (!trap.forward) {
      client.destroy();
      server.resetAndDestroy();
      return;
    }
    // The end of the client ends the server's side too, and what it has not read by then it may never read. PostgreSQL's
    // word for a commit that is done is proof that it has.
    server.removeAllListeners('data');
    server.on('data', (answer: Buffer) => {
      if (answer.includes('COMMIT')) client.destroy();
    });
    server.write(chunk);
  }
}
