import { getVerifiedXml } from '@node-saml/node-saml/lib/xml.js';
import { SignInRefusal } from '../access/sign-in-refusal.js';
import { attributeOf, childrenOf, everyElement } from '../access/sso/xml.js';
import { decodeResponse, parsed } from './saml-envelope.js';
import { ds } from './saml-names.js';
import type { MessageName } from './saml-redirect.js';
import { checkSignatureShape } from './saml-signature.js';

/** A message about one person is a few kilobytes with its signature and certificate. */
const MAX_MESSAGE = 64 * 1024;
const MAX_RELAY_STATE = 2_048;

/** A message of a form (HTTP-POST binding); nothing in it is proven before `requireSignedInside`. */
export interface PostedMessage {
  name: MessageName;
  xml: string;
  relayState: string | undefined;
}

const malformed = (detail: string): SignInRefusal => new SignInRefusal('malformed', detail);

/** The one message of a form (SAML 2.0 bindings section 3.5.4). Throws SignInRefusal. */
export function readPosted(form: URLSearchParams): PostedMessage {
  const names = (['SAMLRequest', 'SAMLResponse'] as const).filter((one) => form.has(one));
  const [name] = names;
  const relayStates = form.getAll('RelayState');
  if (!name || names.length > 1 || form.getAll(name).length > 1 || relayStates.length > 1) {
    throw malformed('The form does not hold one SAML message.');
  }
  const field = form.get(name) ?? '';
  if (field.length > MAX_MESSAGE) throw malformed(`The message is longer than ${MAX_MESSAGE} characters.`);
  const [relayState] = relayStates;
  return { name, xml: decodeResponse(field), relayState: relayState?.slice(0, MAX_RELAY_STATE) };
}

/**
 * The message as one of the certificates signed it, from the very bytes that were signed; what is believed is read from
 * there and from nowhere else. One signature, directly inside of the message and about all of it, of the shape every
 * signature must have; an ID is used once; nothing is encrypted. Throws SignInRefusal.
 */
export function requireSignedInside(xml: string, certificates: readonly string[]): Element {
  const root = parsed(xml);
  if (attributeOf(root, 'Version') !== '2.0') throw malformed('The message is not SAML 2.0.');
  const all = everyElement(root);
  const ids = all.flatMap((element) =>
    ['ID', 'Id', 'id', 'xml:id'].flatMap((name) => attributeOf(element, name) ?? []),
  );
  if (new Set(ids).size !== ids.length) throw malformed('The message uses an ID twice.');
  if (all.some(({ localName }) => /^Encrypted/.test(localName)))
    throw malformed('The message is encrypted, which is not supported.');
  const [signature] = childrenOf(root, ds('Signature'));
  if (!signature) throw new SignInRefusal('signature', 'The message is not signed.');
  if (all.filter(({ localName }) => localName === 'Signature').length !== 1) {
    throw new SignInRefusal('signature', 'The message holds signatures in places where none belongs.');
  }
  checkSignatureShape(signature, root);
  const signed = verified(xml, root, certificates);
  if (signed !== undefined) return parsed(signed);
  throw new SignInRefusal(
    'signature',
    'No configured certificate of the identity provider signed this message.',
  );
}

function verified(xml: string, root: Element, certificates: readonly string[]): string | undefined {
  try {
    return getVerifiedXml(xml, root, [...certificates]) ?? undefined;
  } catch (error) {
    throw new SignInRefusal(
      'signature',
      `The signature was refused (${(error as Error).message.slice(0, 200)}).`,
    );
  }
}
