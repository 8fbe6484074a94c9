import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, request } from 'undici';
import { DomainError } from '../kernel/errors.js';
import { isPublicAddress } from './public-address.js';

/** An identity provider answers a metadata request in well under a second; everything together has this long. */
const DEADLINE_MS = 5_000;
/** The largest federation's document is bigger, one provider's is below 100 KiB. */
export const MAX_ANSWER_BYTES = 1024 * 1024;
const MAX_URL_LENGTH = 2_048;
/** Sockets to one provider: sign-ins of a morning wait for one another rather than open hundreds. */
const CONNECTIONS_PER_HOST = 20;

/** The only way out of the product to an address somebody typed (abuse 20). */
export interface Outbound {
  /** As `fetch`, for a library that wants one; DomainError INVALID_INPUT or UNAVAILABLE instead of any other answer. */
  fetch(url: string, options?: OutboundRequest): Promise<Response>;
  /** The text of a document; INVALID_INPUT unless the answer is 200. */
  text(url: string, accept: string): Promise<string>;
  close(): Promise<void>;
}

export interface OutboundRequest {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array | null;
}

export interface OutboundOptions {
  /** For a provider on this machine, in development: private addresses and plain HTTP. */
  allowPrivate: boolean;
  /** Every address of a name; the system's resolver unless a test brings its own. */
  resolve?: (hostname: string) => Promise<LookupAddress[]>;
}

const refused = (message: string, cause?: unknown): DomainError =>
  new DomainError('INVALID_INPUT', message, { field: 'url', cause });

/**
 * A client that speaks HTTPS only, looks at every address a name resolves to and connects to those very addresses, follows
 * no redirect, asks for no compression, and gives up after 5 seconds or 1 MiB.
 */
export function createOutbound({ allowPrivate, resolve = systemResolver }: OutboundOptions): Outbound {
  const isAllowed = (address: string): boolean => allowPrivate || isPublicAddress(address);
  const agent = new Agent({
    connections: CONNECTIONS_PER_HOST,
    maxResponseSize: MAX_ANSWER_BYTES,
    headersTimeout: DEADLINE_MS,
    bodyTimeout: DEADLINE_MS,
    connect: { lookup: checkedLookup(resolve, isAllowed), timeout: DEADLINE_MS },
  });
  const send = async (url: string, options: OutboundRequest = {}): Promise<Response> => {
    const target = allowedUrl(url, allowPrivate, isAllowed);
    try {
      const answer = await request(target, {
        dispatcher: agent,
        method: (options.method ?? 'GET') as 'GET',
        headers: { ...options.headers, 'accept-encoding': 'identity' },
        body: options.body ?? null,
        signal: AbortSignal.timeout(DEADLINE_MS),
      });
      const text = await answer.body.text();
      return toResponse(target, answer.statusCode, answer.headers, text);
    } catch (error) {
      throw explained(error, target);
    }
  };
  return {
    fetch: send,
    async text(url, accept) {
      const answer = await send(url, { headers: { accept } });
      if (answer.status === 200) return answer.text();
      throw refused(
        `${shown(url)} answered with status ${answer.status}, not with a document. Check the URL.`,
      );
    },
    close: () => agent.destroy(),
  };
}

const systemResolver = (hostname: string): Promise<LookupAddress[]> => lookup(hostname, { all: true });

/** One private address among several is enough to refuse a name: the connection could go there. */
function checkedLookup(
  resolve: NonNullable<OutboundOptions['resolve']>,
  isAllowed: (address: string) => boolean,
): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (found) => {
        const [first] = found;
        if (!first || !found.every(({ address }) => isAllowed(address))) {
          callback(refused(PRIVATE(hostname)), '', 0);
        } else if (options.all) callback(null, found);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 0),
    );
  };
}

const PRIVATE = (host: string): string =>
  `'${host}' is an address inside a private network or names one, which this service does not connect to. Use the public https:// address of the identity provider.`;

function allowedUrl(url: string, allowPrivate: boolean, isAllowed: (address: string) => boolean): URL {
  if (url.length > MAX_URL_LENGTH || !URL.canParse(url)) {
    throw refused(`${shown(url)} is not a URL. Use one such as https://idp.acme.example/metadata.`);
  }
  const target = new URL(url);
  const isSchemeAllowed = target.protocol === 'https:' || (allowPrivate && target.protocol === 'http:');
  if (!isSchemeAllowed) {
    throw refused(
      `${shown(url)} does not start with https://. Use the https:// address of the identity provider.`,
    );
  }
  if (target.username !== '' || target.password !== '') {
    throw refused(`${shown(url)} carries a user name or password. Use the URL without them.`);
  }
  const host = target.hostname.replace(/^\[|\]$/g, '');
  // A literal address is connected to without asking any resolver.
  if (isIP(host) !== 0 && !isAllowed(host)) throw refused(PRIVATE(host));
  return target;
}

function toResponse(
  url: URL,
  status: number,
  sent: Record<string, string | string[] | undefined>,
  text: string,
): Response {
  if (status >= 300 && status < 400) {
    throw refused(`${shown(url.href)} redirects elsewhere (${status}). Use the address it redirects to.`);
  }
  if ((sent['content-encoding'] ?? 'identity') !== 'identity') {
    throw refused(`${shown(url.href)} answered compressed, which was not asked for.`);
  }
  const headers = new Headers();
  for (const [name, value] of Object.entries(sent)) if (value !== undefined) headers.set(name, String(value));
  const isBare = status === 204 || status < 200;
  return new Response(isBare ? null : text, { status: isBare ? 204 : status, headers });
}

function explained(error: unknown, url: URL): DomainError {
  if (error instanceof DomainError) return error;
  const { code, name, cause } = error as Error & { code?: string };
  if (cause instanceof DomainError) return cause;
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
    return refused(`${shown(url.href)} answered with more than ${MAX_ANSWER_BYTES} bytes.`, error);
  }
  const why =
    name === 'TimeoutError' ? `did not answer within ${DEADLINE_MS / 1000} seconds` : 'is not reachable';
  return new DomainError('UNAVAILABLE', `${shown(url.href)} ${why}. Check the address, or try again later.`, {
    field: 'url',
    retryAfter: 30,
    cause: error,
  });
}

/** A URL as a message repeats it. */
const shown = (url: string): string =>
  `'${url.length > 200 ? `${url.slice(0, 200)}...` : url}'`.toWellFormed();
