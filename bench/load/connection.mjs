import { once } from 'node:events';
import net from 'node:net';

/** Longer than any server of the benchmark takes for its slowest request. */
const SILENCE_MS = 120_000;
const END_OF_HEAD = Buffer.from('\r\n\r\n');

/**
 * One keep-alive connection that carries one request at a time. It speaks just enough HTTP/1.1 to cost the machine little:
 * what the client spends is taken from the server it measures. Connects when it has to.
 */
export class Connection {
  constructor(endpoint) {
    this.endpoint = endpoint;
    this.socket = undefined;
    this.waiting = undefined;
  }

  /** `{ status, body, ms }`, the body as bytes; rejects when the connection is lost. */
  async request(method, path, body) {
    if (!this.socket) await this.connect();
    const { endpoint, socket } = this;
    const payload = body === undefined ? undefined : Buffer.from(body);
    let head = `${method} ${endpoint.path}${path} HTTP/1.1\r\n${endpoint.head}`;
    if (payload) head += `Content-Type: ${endpoint.contentType}\r\nContent-Length: ${payload.length}\r\n`;
    this.chunks = [];
    this.length = 0;
    this.answer = undefined;
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject, began: performance.now() };
      const start = Buffer.from(`${head}\r\n`, 'latin1');
      socket.write(payload ? Buffer.concat([start, payload]) : start);
    });
  }

  async connect() {
    const { host, port } = this.endpoint;
    const socket = net.connect({ host, port, noDelay: true });
    await once(socket, 'connect');
    socket.setTimeout(SILENCE_MS, () => socket.destroy(new Error(`no answer in ${SILENCE_MS} ms`)));
    socket.on('data', (data) => this.receive(data));
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => {
      if (this.socket === socket) this.socket = undefined;
      this.fail(new Error('the connection was closed'));
    });
    this.socket = socket;
  }

  fail(error) {
    this.waiting?.reject(error);
    this.waiting = undefined;
  }

  receive(data) {
    if (!this.waiting) return;
    this.chunks.push(data);
    this.length += data.length;
    if (!this.answer && !this.readHead()) return;
    const { answer } = this;
    if (answer.chunked) {
      const last = this.chunks.at(-1);
      if (last.length >= 5 && last.latin1Slice(last.length - 5) !== '0\r\n\r\n') return;
      const body = joinChunks(Buffer.concat(this.chunks));
      if (body) this.settle(body);
    } else if (this.length >= answer.length) {
      this.settle(this.chunks.length === 1 ? this.chunks[0] : Buffer.concat(this.chunks));
    }
  }

  /** False while the head is incomplete. */
  readHead() {
    const received = this.chunks.length === 1 ? this.chunks[0] : Buffer.concat(this.chunks);
    const end = received.indexOf(END_OF_HEAD);
    if (end < 0) return false;
    const head = received.latin1Slice(0, end).toLowerCase();
    const status = Number(head.slice(9, 12));
    const length = /\r\ncontent-length: *(\d+)/.exec(head)?.[1];
    this.answer = {
      status,
      chunked: head.includes('\r\ntransfer-encoding: chunked'),
      closes: head.includes('\r\nconnection: close'),
      length: status === 204 || status === 304 ? 0 : Number(length ?? 0),
    };
    const rest = received.subarray(end + END_OF_HEAD.length);
    this.chunks = [rest];
    this.length = rest.length;
    return true;
  }

  settle(body) {
    const { status, closes } = this.answer;
    const { resolve, began } = this.waiting;
    this.waiting = undefined;
    if (closes) this.end();
    resolve({ status, body, ms: performance.now() - began });
  }

  end() {
    const { socket } = this;
    this.socket = undefined;
    socket?.destroy();
  }
}

/** The body of a chunked answer, or undefined while a part of it is missing. */
function joinChunks(received) {
  const parts = [];
  for (let at = 0; ; ) {
    const lineEnd = received.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(received.latin1Slice(at, lineEnd), 16);
    if (size === 0) return Buffer.concat(parts);
    const from = lineEnd + 2;
    if (from + size > received.length) return undefined;
    parts.push(received.subarray(from, from + size));
    at = from + size + 2;
  }
}
