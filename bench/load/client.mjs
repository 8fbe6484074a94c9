import { Connection } from './connection.mjs';
import { endpointOf } from './endpoint.mjs';

/**
 * Requests of one credential over at most `connections` connections; who comes when all are busy waits for one.
 * `send` resolves with whatever was answered; `must` rejects when that is no success.
 */
export class Client {
  constructor(base, token, { connections = 16, contentType, headers } = {}) {
    this.endpoint = endpointOf(base, token, contentType, headers);
    this.free = connections;
    this.idle = [];
    this.queue = [];
  }

  /** `{ status, ms, bytes, body }`; `ms` counts the wait for a free connection too, `body` is parsed unless `keep` is false. Objects are sent as JSON. */
  async send(method, path, body, { keep = true } = {}) {
    const began = performance.now();
    const connection = await this.take();
    try {
      const answer = await connection.request(method, path, body === undefined ? undefined : textOf(body));
      const parsed = keep && answer.body.length > 0 ? JSON.parse(answer.body.toString()) : undefined;
      return {
        status: answer.status,
        ms: performance.now() - began,
        bytes: answer.body.length,
        body: parsed,
      };
    } finally {
      this.give(connection);
    }
  }

  async must(method, path, body, options) {
    const answer = await this.send(method, path, body, options);
    if (answer.status < 300) return answer;
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }

  async take() {
    const idle = this.idle.pop();
    if (idle) return idle;
    if (this.free > 0) {
      this.free -= 1;
      return new Connection(this.endpoint);
    }
    return new Promise((resolve) => this.queue.push(resolve));
  }

  give(connection) {
    const next = this.queue.shift();
    if (next) next(connection);
    else this.idle.push(connection);
  }

  end() {
    for (const connection of this.idle) connection.end();
  }
}

const textOf = (body) => (typeof body === 'string' ? body : JSON.stringify(body));
