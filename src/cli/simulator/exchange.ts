import http from 'node:http';
import https from 'node:https';
import { promisify } from 'node:util';
import zlib from 'node:zlib';

const gunzip = promisify(zlib.gunzip);
const inflate = promisify(zlib.inflate);

/** One request as it goes over the wire; `path` is sent byte for byte, a lone `?` or a trailing `&` included. */
export interface WireRequest {
  readonly url: URL;
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly agent: http.Agent;
  /** From the first byte sent to the last byte read. */
  readonly timeoutMs: number;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

/** Sockets are reused unless the provider closes each connection after one answer. */
export function agentFor(url: URL, keepAlive: boolean, sockets: number): http.Agent {
  const options = { keepAlive, maxSockets: Math.max(1, sockets) };
  return url.protocol === 'https:' ? new https.Agent(options) : new http.Agent(options);
}

/** Rejects when no whole answer arrived: refused, reset or longer than `timeoutMs`. Any status resolves. */
export function exchange(request: WireRequest): Promise<WireAnswer> {
  const { url, body } = request;
  const transport = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const outgoing = transport.request({
      protocol: url.protocol,
      hostname: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port,
      method: request.method,
      path: request.path,
      headers:
        body === undefined
          ? request.headers
          : { ...request.headers, 'Content-Length': Buffer.byteLength(body) },
      agent: request.agent,
    });
    const timer = setTimeout(() => {
      outgoing.destroy(new Error(`no answer within ${request.timeoutMs / 1000} s`));
    }, request.timeoutMs);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      reject(error);
    };
    outgoing.on('error', fail);
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', fail);
      incoming.on('end', () => {
        clearTimeout(timer);
        decoded(Buffer.concat(chunks), incoming.headers['content-encoding']).then(
          (text) => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }),
          reject,
        );
      });
    });
    outgoing.end(body);
  });
}

async function decoded(bytes: Buffer, encoding: string | undefined): Promise<string> {
  if (bytes.length === 0) return '';
  if (encoding === 'gzip') return (await gunzip(bytes)).toString('utf8');
  if (encoding === 'deflate') return (await inflate(bytes)).toString('utf8');
  return bytes.toString('utf8');
}
