/** Load is sent to this machine only: refuses every other address. */
export function requireLoopback(url) {
  const { hostname } = new URL(url ?? '');
  if (hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)) return;
  throw new Error(`loopback only: ${url}`);
}

/** Where requests of one credential go, with everything of the request head that never changes; `headers` are whole lines. */
export function endpointOf(base, token, contentType = 'application/scim+json', headers = '') {
  requireLoopback(base);
  const url = new URL(base);
  return {
    host: url.hostname === 'localhost' ? '127.0.0.1' : url.hostname.replace(/[[\]]/g, ''),
    port: Number(url.port || 80),
    path: url.pathname.replace(/\/$/, ''),
    contentType,
    head: `Host: ${url.host}\r\nAuthorization: Bearer ${token}\r\nAccept: ${contentType}\r\n${headers}`,
  };
}
