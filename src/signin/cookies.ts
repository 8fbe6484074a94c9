import { randomBytes } from 'node:crypto';

/** `__Host-`: of this host alone, over HTTPS alone (browsers make an exception for this machine), never of a script. */
const SESSION = '__Host-rollcall';
const BROWSER = '__Host-rollcall-browser';
const BROWSER_VALUE = /^[\w-]{43}$/;
const SESSION_SECONDS = 12 * 3_600;
const BROWSER_SECONDS = 15 * 60;

/** The value of a cookie that was sent once; one that was sent twice was planted beside ours. */
function read(header: string | undefined, name: string): string | undefined {
  const values = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  return values.length === 1 ? values[0] : undefined;
}

/** The session this request claims. */
export const sessionCookie = (header: string | undefined): string | undefined => read(header, SESSION);

/** The browser this request comes from, by the cookie a sign-in gave it. */
export function browserCookie(header: string | undefined): string | undefined {
  const value = read(header, BROWSER);
  return value !== undefined && BROWSER_VALUE.test(value) ? value : undefined;
}

/** A name for a browser that has none. */
export const newBrowser = (): string => randomBytes(32).toString('base64url');

const attributes = (sameSite: 'Lax' | 'None', seconds: number): string =>
  `Path=/; Secure; HttpOnly; SameSite=${sameSite}; Max-Age=${seconds}`;

/** The `Set-Cookie` of a new session. */
export const setSession = (token: string): string =>
  `${SESSION}=${token}; ${attributes('Lax', SESSION_SECONDS)}`;
/** The `Set-Cookie` of whoever signed out. */
export const dropSession = (): string => `${SESSION}=; ${attributes('Lax', 0)}`;

/** A SAML response is posted from the provider's page, so this one cookie must come along from another site. */
export const setBrowser = (browser: string): string =>
  `${BROWSER}=${browser}; ${attributes('None', BROWSER_SECONDS)}`;
