import { createSign, createVerify } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { SignInRefusal } from '../access/sign-in-refusal.js';

/** A message about one person is a few hundred bytes. */
const MAX_MESSAGE_BYTES = 64 * 1024;
const MAX_QUERY = 16 * 1024;
const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
/** SHA-256 or better, by RSA alone, as for responses. */
const ALGORITHMS: Readonly<Record<string, string>> = {
  [RSA_SHA256]: 'sha256',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512': 'sha512',
};

export type MessageName = 'SAMLRequest' | 'SAMLResponse';

/** A message of a query string; nothing in it is proven before `requireSigned`. */
export interface RedirectMessage {
  name: MessageName;
  xml: string;
  relayState: string | undefined;
  /** The very octets that were signed (SAML 2.0 bindings section 3.4.4.1). */
  signed: string;
  algorithm: string;
  signature: Buffer;
}

/** An address with a signed message in it (HTTP-Redirect binding). */
export function redirectUrl(
  location: string,
  message: { name: MessageName; xml: string; relayState?: string | undefined; privateKey: string },
): string {
  const encoded = encodeURIComponent(deflateRawSync(message.xml).toString('base64'));
  const relay =
    message.relayState === undefined ? '' : `&RelayState=${encodeURIComponent(message.relayState)}`;
  const signed = `${message.name}=${encoded}${relay}&SigAlg=${encodeURIComponent(RSA_SHA256)}`;
  const signature = createSign('sha256').update(signed).sign(message.privateKey, 'base64');
  const glue = location.includes('?') ? '&' : '?';
  return `${location}${glue}${signed}&Signature=${encodeURIComponent(signature)}`;
}

const malformed = (detail: string): SignInRefusal => new SignInRefusal('malformed', detail);

/** The message of a request's query, each parameter at most once. Throws SignInRefusal. */
export function readRedirect(query: string): RedirectMessage {
  if (query.length > MAX_QUERY) throw malformed(`The message is longer than ${MAX_QUERY} characters.`);
  const raw = new Map<string, string>();
  for (const pair of query.split('&')) {
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    if (raw.has(name)) throw malformed(`The message holds '${name.slice(0, 40)}' twice.`);
    raw.set(name, value);
  }
  const names = (['SAMLRequest', 'SAMLResponse'] as const).filter((one) => raw.has(one));
  const [name] = names;
  if (!name || names.length > 1) throw malformed('The address does not hold one SAML message.');
  const signature = Buffer.from(decoded(raw.get('Signature')), 'base64');
  const algorithm = decoded(raw.get('SigAlg'));
  if (signature.length === 0) throw new SignInRefusal('signature', 'The message is not signed.');
  const parts = [name, ...(raw.has('RelayState') ? ['RelayState'] : []), 'SigAlg'];
  return {
    name,
    xml: inflated(decoded(raw.get(name))),
    relayState: raw.has('RelayState') ? decoded(raw.get('RelayState')) : undefined,
    signed: parts.map((part) => `${part}=${raw.get(part) ?? ''}`).join('&'),
    algorithm,
    signature,
  };
}

/** Refuses a message that none of the configured certificates signed, by SHA-256 or better. */
export function requireSigned(message: RedirectMessage, certificates: readonly string[]): void {
  const hash = Object.hasOwn(ALGORITHMS, message.algorithm) ? ALGORITHMS[message.algorithm] : undefined;
  if (hash === undefined) {
    throw new SignInRefusal(
      'signature',
      `The signature algorithm '${message.algorithm.slice(0, 100)}' is not accepted: set the identity provider to SHA-256 or better.`,
    );
  }
  const isSigned = certificates.some((certificate) =>
    createVerify(hash).update(message.signed).verify(certificate, message.signature),
  );
  if (isSigned) return;
  throw new SignInRefusal(
    'signature',
    'No configured certificate of the identity provider signed this message.',
  );
}

function decoded(value = ''): string {
  try {
    return decodeURIComponent(value.replaceAll('+', '%20'));
  } catch {
    throw malformed('The address is not encoded as it should be.');
  }
}

function inflated(base64: string): string {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) throw malformed('The message is not base64.');
  try {
    const bytes = inflateRawSync(Buffer.from(base64, 'base64'), { maxOutputLength: MAX_MESSAGE_BYTES });
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw malformed(`The message is not deflated UTF-8 of at most ${MAX_MESSAGE_BYTES} bytes.`);
  }
}
