import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { DomainError } from './kernel/errors.js';

/** What a Host header means: under which URL the client reached us, and which organization it names (B5). */
export interface Origin {
  /** The scheme and host for links in answers, without a trailing slash. */
  urlOf(host: string | undefined): string;
  /** The slug in front of the service's domain; undefined for the bare domain, nobody's for text that is no host. */
  slugOf(host: string | undefined): string | undefined;
  /** Where an organization's people sign in, without a trailing slash. */
  signinUrlOf(slug: string): string;
  /** Where an organization's identity provider sends its requests. */
  scimUrlOf(slug: string): string;
  /** A page of an organization, for links in mails: from PUBLIC_URL alone, never from a request (abuse 23). */
  pageUrlOf(slug: string, path: string): string;
}

/** No organization has this slug. */
const NOBODY = '';

/**
 * With a public URL its domain decides: `<slug>.<domain>` names an organization, and links use its scheme. Without one
 * (development) a name below `localhost` does. Only the Host header counts: a forwarded one could be anybody's.
 */
export function createOrigin(publicUrl: URL | undefined, fallbackUrl: string): Origin {
  const base = publicUrl ?? new URL(fallbackUrl);
  const domain = base.hostname.toLowerCase();
  const domains = publicUrl ? [domain] : [domain, 'localhost'];
  const isNamed = publicUrl && isIP(domain) === 0 && domain !== 'localhost';
  const ownUrl = (slug: string) => (isNamed ? `${base.protocol}//${slug}.${base.host}` : base.origin);
  return {
    urlOf(host) {
      const name = hostName(host) ?? '';
      const isOurs =
        domains.some((one) => name === one || name.endsWith(`.${one}`)) || (!publicUrl && isIP(name) !== 0);
      return host !== undefined && isOurs ? `${base.protocol}//${host}` : base.origin;
    },
    slugOf(host) {
      const name = hostName(host);
      if (name === undefined) return NOBODY;
      const parent = domains.find((one) => name.endsWith(`.${one}`));
      return parent === undefined ? undefined : name.slice(0, -parent.length - 1);
    },
    signinUrlOf: (slug) => `${ownUrl(slug)}/signin/${slug}`,
    scimUrlOf: (slug) => `${ownUrl(slug)}/scim/v2`,
    pageUrlOf: (slug, path) => `${ownUrl(slug)}${path}`,
  };
}

/** A host name, or an address in brackets, with the dot of an absolute name (or more) and a port. */
const HOST = /^(?:\[([\da-f:.]+)\]|([\w.-]*?))\.*(?::\d*)?$/;

/** Lower case, without port and without the dot that ends an absolute name; undefined for text that is no host. */
function hostName(host = ''): string | undefined {
  const parts = HOST.exec(host.toLowerCase());
  return parts ? (parts[1] ?? parts[2] ?? '') : undefined;
}

/**
 * The host a request is for: its Host header. One that names several, by several headers or by a request line with a
 * URL of another host in it, gets all of them in one text, which is no host name: a proxy in front of us may have
 * believed another one than Node does (RFC 9112 section 3.2), so no credential agrees with them.
 */
export function hostOf({
  headers,
  rawHeaders,
  url,
}: Pick<IncomingMessage, 'headers' | 'rawHeaders' | 'url'>): string | undefined {
  const sent = rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'host',
  );
  const inRequestLine = /^[a-z]+:\/\/([^/?#]*)/i.exec(url ?? '')?.[1];
  if (inRequestLine !== undefined && inRequestLine !== headers.host) sent.push(inRequestLine);
  return sent.length > 1 ? sent.join(', ') : headers.host;
}

/**
 * B5, the one rule of every door: in production a credential travels over HTTPS only, because a token on the wire is a
 * token in somebody's log. FORBIDDEN otherwise. The protocol is that of the client, as a trusted proxy reports it.
 */
export function requireHttps(request: { protocol: string }, production: boolean): void {
  if (!production || request.protocol === 'https') return;
  throw new DomainError(
    'FORBIDDEN',
    'This service answers over HTTPS only. Use the https:// form of the base URL.',
  );
}
