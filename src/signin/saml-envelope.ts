import { SignInRefusal } from '../access/sign-in-refusal.js';
import { attributeOf, childrenOf, everyElement, isNamed, parseXml, soleText } from '../access/sso/xml.js';
import { DomainError } from '../kernel/errors.js';
import { ds, SUCCESS, saml, samlp } from './saml-names.js';
import { checkSignatureShape } from './saml-signature.js';

/** A response with every group of a large company is about 100 KiB. */
export const MAX_RESPONSE_BYTES = 256 * 1024;

/** A response whose shape is right; nothing in it is proven yet. */
export interface Envelope {
  xml: string;
  issuer: string;
  inResponseTo: string | undefined;
  destination: string | undefined;
  responseIsSigned: boolean;
}

const malformed = (detail: string): SignInRefusal => new SignInRefusal('malformed', detail);

/** The XML of a `SAMLResponse` field: strict base64 of strict UTF-8. */
export function decodeResponse(field: string): string {
  if (field.length > (MAX_RESPONSE_BYTES * 4) / 3 + 4_096) {
    throw malformed(`The response is larger than ${MAX_RESPONSE_BYTES} bytes.`);
  }
  const base64 = field.replaceAll(/[\r\n]/g, '');
  if (base64 === '' || base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) {
    throw malformed('The response is not base64.');
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(base64, 'base64'));
  } catch {
    throw malformed('The response is not UTF-8.');
  }
}

/**
 * Reads a response and refuses every shape that makes two readers see two things: more than one assertion anywhere, an
 * assertion that is not a child of the response, an id that is used twice, a signature in any other place than the two
 * it belongs in, encryption. What remains has one signed assertion at the one place where everyone looks.
 */
export function readEnvelope(xml: string): Envelope {
  const root = parsed(xml);
  if (!isNamed(root, samlp('Response')) || attributeOf(root, 'Version') !== '2.0') {
    throw malformed('The document is not a SAML 2.0 response.');
  }
  const all = everyElement(root);
  const ids = all.flatMap((element) =>
    ['ID', 'Id', 'id', 'xml:id'].flatMap((name) => attributeOf(element, name) ?? []),
  );
  if (new Set(ids).size !== ids.length) throw malformed('The response uses an ID twice.');
  if (all.some(({ localName }) => /^Encrypted(Assertion|ID|Attribute|Data|Key)$/.test(localName))) {
    throw malformed('The response is encrypted, which is not supported. Switch assertion encryption off.');
  }
  requireSuccess(root);
  const [assertion] = childrenOf(root, saml('Assertion'));
  if (!assertion || all.filter(({ localName }) => localName === 'Assertion').length !== 1) {
    throw malformed('The response does not hold exactly one assertion.');
  }
  const ofAssertion = childrenOf(assertion, ds('Signature'));
  const ofResponse = childrenOf(root, ds('Signature'));
  const signatures = all.filter(({ localName }) => localName === 'Signature');
  const [signature] = ofAssertion;
  if (!signature)
    throw new SignInRefusal('signature', 'The assertion is not signed. Switch assertion signing on.');
  if (ofResponse.length > 1 || signatures.length !== 1 + ofResponse.length) {
    throw new SignInRefusal('signature', 'The response holds signatures in places where none belongs.');
  }
  checkSignatureShape(signature, assertion);
  if (ofResponse[0]) checkSignatureShape(ofResponse[0], root);
  const issuers = [...childrenOf(assertion, saml('Issuer')), ...childrenOf(root, saml('Issuer'))].map(
    soleText,
  );
  const [issuer] = issuers;
  if (!issuer || issuers.some((one) => one !== issuer)) {
    throw new SignInRefusal('issuer', 'The response and its assertion do not name one and the same issuer.');
  }
  return {
    xml,
    issuer,
    inResponseTo: attributeOf(root, 'InResponseTo'),
    destination: attributeOf(root, 'Destination'),
    responseIsSigned: ofResponse.length === 1,
  };
}

/** An element, from text nothing has vouched for. */
export function parsed(xml: string): Element {
  try {
    return parseXml(xml, { noun: 'The response', maxBytes: MAX_RESPONSE_BYTES, allowsComments: false });
  } catch (error) {
    if (error instanceof DomainError) throw malformed(error.message);
    throw error;
  }
}

function requireSuccess(root: Element): void {
  const [status, ...more] = childrenOf(root, samlp('Status'));
  const [code] = status ? childrenOf(status, samlp('StatusCode')) : [];
  if (!status || !code || more.length > 0) throw malformed('The response has no status.');
  const value = attributeOf(code, 'Value');
  if (value === SUCCESS) return;
  const [message] = childrenOf(status, samlp('StatusMessage')).map(soleText);
  throw new SignInRefusal(
    'provider_said_no',
    `The identity provider answered '${(value ?? '').slice(0, 100)}'${message ? `: ${message.slice(0, 200)}` : ''}.`,
  );
}
