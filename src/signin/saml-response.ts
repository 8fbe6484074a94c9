import { SAML, ValidateInResponseTo } from '@node-saml/node-saml';
import { SignInRefusal } from '../access/sign-in-refusal.js';
import { type Expected, MAX_SKEW_MS, readAssertion, type SamlAssertion } from './saml-assertion.js';
import { type Envelope, parsed } from './saml-envelope.js';

/** The connection a response is checked against, and our own addresses. */
export interface SamlExpectations extends Omit<Expected, 'now'> {
  /** PEM: the only keys that count, whatever the response carries (two at a roll-over). */
  certificates: readonly string[];
}

/**
 * Verifies a response (abuse 21). node-saml computes the signatures with the configured certificates and returns what
 * they cover; everything believed afterwards is read from those bytes and checked here, because the library's own
 * defaults accept a replay, a wrong recipient, destination or issuer, and SHA-1. Throws SignInRefusal.
 */
export async function verifyResponse(
  envelope: Envelope,
  { certificates, ...expected }: SamlExpectations,
): Promise<SamlAssertion> {
  const signed = parsed(await signedAssertion(envelope, certificates, expected));
  const assertion = readAssertion(signed, { ...expected, now: Date.now() });
  if (envelope.destination !== expected.acsUrl) {
    throw new SignInRefusal(
      'destination',
      `The response is for the destination '${envelope.destination ?? ''}', not for '${expected.acsUrl}'.`,
    );
  }
  if (envelope.inResponseTo !== assertion.inResponseTo) {
    throw new SignInRefusal('unknown_request', 'The response and its assertion answer different requests.');
  }
  return assertion;
}

/** The canonical bytes of the assertion that a configured key signed. */
async function signedAssertion(
  { xml, responseIsSigned }: Envelope,
  certificates: readonly string[],
  { issuer, audience, acsUrl }: Omit<Expected, 'now'>,
): Promise<string> {
  const library = new SAML({
    idpCert: [...certificates],
    idpIssuer: issuer,
    issuer: audience,
    audience,
    callbackUrl: acsUrl,
    wantAssertionsSigned: true,
    wantAuthnResponseSigned: responseIsSigned,
    acceptedClockSkewMs: MAX_SKEW_MS,
    // Requests are remembered and used up in PostgreSQL, in the transaction that signs in.
    validateInResponseTo: ValidateInResponseTo.never,
  });
  try {
    const { profile } = await library.validatePostResponseAsync({
      SAMLResponse: Buffer.from(xml).toString('base64'),
    });
    const assertion = profile?.getAssertionXml?.();
    if (assertion) return assertion;
  } catch (error) {
    throw refusalOf(error as Error);
  }
  throw new SignInRefusal('signature', 'No configured certificate signed this assertion.');
}

function refusalOf(error: Error): SignInRefusal {
  if (/expired|too old/i.test(error.message)) return new SignInRefusal('expired', `${error.message}.`);
  if (/not yet valid/i.test(error.message)) return new SignInRefusal('not_yet_valid', `${error.message}.`);
  if (/audience/i.test(error.message)) return new SignInRefusal('audience', `${error.message}.`);
  if (/issuer/i.test(error.message)) return new SignInRefusal('issuer', `${error.message}.`);
  if (/NotOnOrAfter|NotBefore|IssueInstant/.test(error.message)) {
    return new SignInRefusal(
      'malformed',
      `A time of the assertion is missing or is none (${error.message}).`,
    );
  }
  return new SignInRefusal(
    'signature',
    `No configured certificate of the identity provider signed this response (${error.message.slice(0, 200)}). Read its metadata again if it changed its certificate.`,
  );
}
