import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a form was sent from a page of this host (abuse 13). Every browser says so in `Origin`, newer ones in
 * `Sec-Fetch-Site` too; one that says it comes from elsewhere is refused, and so is a request that says nothing.
 */
export function isSameOrigin(headers: IncomingHttpHeaders): boolean {
  const { origin, host } = headers;
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return false;
  if (origin === undefined) return site !== undefined;
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
}
