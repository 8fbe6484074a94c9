import { z } from 'zod';
import { SignInRefusal } from '../access/sign-in-refusal.js';
import type { OidcSettings } from '../access/sso/settings.js';
import { isStorableText } from '../kernel/fold.js';
import { MAX_SKEW_MS } from './saml-assertion.js';
import { isProvable } from './token-signature.js';

/** A few hundred bytes of claims and a signature. */
export const MAX_TOKEN = 16 * 1024;
const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
/** A message is for the moment it was made. */
const MAX_AGE_MS = 10 * 60_000;
const MAX_ID = 512;

const Head = z.object({
  alg: z.string(),
  kid: z.string().max(MAX_ID).optional(),
  typ: z.string().optional(),
  crit: z.undefined().optional(),
});

const text = (max: number) =>
  z.string().min(1).max(max).refine(isStorableText, 'must not contain NUL or broken Unicode');
const seconds = z.number().min(0).max(1e11);

/** OpenID Connect Back-Channel Logout 1.0 section 2.4. */
const Claims = z.object({
  iss: z.string(),
  aud: z.union([z.string(), z.array(z.string()).min(1).max(20)]),
  iat: seconds,
  exp: seconds.optional(),
  jti: text(MAX_ID),
  sub: text(1_024).optional(),
  sid: z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/)
    .optional(),
  events: z.record(z.string(), z.unknown()),
});

/** A logout token as it came; nothing in it is proven yet. */
export interface SentToken {
  algorithm: string;
  keyId: string | undefined;
  /** The very characters that were signed (RFC 7515 section 5.2). */
  signed: string;
  signature: Buffer;
  issuer: string;
  audiences: string[];
  claims: z.output<typeof Claims>;
}

/** What a verified token says: whose sessions are over. */
export interface LoggedOut {
  id: string;
  subject: string | undefined;
  session: string | undefined;
  expiresAt: Date;
}

const malformed = (detail: string): SignInRefusal => new SignInRefusal('malformed', detail);

/** Reads a token, and refuses what no logout token is, before any key is looked for. Throws SignInRefusal. */
export function readLogoutToken(token: string): SentToken {
  const parts = token.split('.');
  if (token.length > MAX_TOKEN || parts.length !== 3 || !parts.every((part) => /^[\w-]+$/.test(part))) {
    throw malformed('The logout token is not a signed JWT.');
  }
  const [head = '', body = '', signature = ''] = parts;
  const header = Head.safeParse(decoded(head));
  if (!header.success) throw malformed('The header of the logout token is not one.');
  const { alg, kid, typ } = header.data;
  if (typ !== undefined && !/^(application\/)?(logout\+)?jwt$/i.test(typ)) {
    throw malformed(`The token is of the type '${typ.slice(0, 40)}', not a logout token.`);
  }
  if (!isProvable(alg)) {
    throw new SignInRefusal(
      'signature',
      `The signature algorithm '${alg.slice(0, 40)}' is not accepted: the provider must sign with its private key.`,
    );
  }
  const raw = decoded(body);
  // Section 2.4: so that an ID token can never be taken for one.
  if (typeof raw === 'object' && raw !== null && 'nonce' in raw) {
    throw malformed('A logout token must not carry a nonce.');
  }
  const parsed = Claims.safeParse(raw);
  if (!parsed.success) {
    const [first] = parsed.error.issues;
    throw malformed(`The claim '${first?.path.join('.') ?? ''}' of the logout token is missing or is none.`);
  }
  const { iss, aud, events, sub, sid } = parsed.data;
  const event = Object.hasOwn(events, EVENT) ? events[EVENT] : undefined;
  if (typeof event !== 'object' || event === null || Array.isArray(event)) {
    throw malformed('The token is not about the event of a logout.');
  }
  if (sub === undefined && sid === undefined)
    throw new SignInRefusal('subject', 'The token names neither a subject nor a session.');
  return {
    algorithm: alg,
    keyId: kid,
    signed: `${head}.${body}`,
    signature: Buffer.from(signature, 'base64url'),
    issuer: iss,
    audiences: [aud].flat(),
    claims: parsed.data,
  };
}

/** Checks a token whose signature holds (section 2.6): for this client, now, signed as the provider says it signs. */
export function checkLogoutToken(
  { claims, algorithm, audiences }: SentToken,
  settings: OidcSettings,
  now = Date.now(),
): LoggedOut {
  const algorithms = settings.server.id_token_signing_alg_values_supported;
  if (Array.isArray(algorithms) && !algorithms.includes(algorithm)) {
    throw new SignInRefusal('signature', `The provider says that it does not sign with '${algorithm}'.`);
  }
  if (claims.iss !== settings.issuer || !audiences.includes(settings.clientId)) {
    throw new SignInRefusal('audience', 'The token is not for this connection.');
  }
  const issued = claims.iat * 1_000;
  if (issued > now + MAX_SKEW_MS)
    throw new SignInRefusal('not_yet_valid', 'The token was made in the future.');
  const until = Math.min(issued + MAX_AGE_MS, (claims.exp ?? Number.POSITIVE_INFINITY) * 1_000);
  if (until <= now - MAX_SKEW_MS) throw new SignInRefusal('expired', 'The token is too old.');
  return {
    id: claims.jti,
    subject: claims.sub,
    session: claims.sid,
    expiresAt: new Date(issued + MAX_AGE_MS + 2 * MAX_SKEW_MS),
  };
}

function decoded(part: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(part, 'base64url')));
  } catch {
    throw malformed('The logout token is not JSON inside.');
  }
}
