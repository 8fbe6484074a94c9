import { SignInRefusal } from '../access/sign-in-refusal.js';
import { allChildren, attributeOf, childrenOf, isNamed } from '../access/sso/xml.js';
import { ds } from './saml-names.js';

const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';

/** SHA-256 or better, by RSA alone: a secret-key algorithm would take the certificate for a password. */
const SIGNED_BY = [
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
];
const DIGESTED_BY = ['http://www.w3.org/2001/04/xmlenc#sha256', 'http://www.w3.org/2001/04/xmlenc#sha512'];

/**
 * What a signature of a SAML message looks like (SAML 2.0 core section 5.4), before any of it is computed: it covers the
 * very element it is in, by one reference, with the two transforms that section names. Everything cleverer is an attack.
 */
export function checkSignatureShape(signature: Element, signed: Element): void {
  const refuse = (why: string) => new SignInRefusal('signature', `The signature ${why}.`);
  const parts = allChildren(signature);
  const [info, value, key] = parts;
  const fits = info && value && isNamed(info, ds('SignedInfo')) && isNamed(value, ds('SignatureValue'));
  if (!fits || parts.length > 3 || (key && !isNamed(key, ds('KeyInfo')))) {
    throw refuse('holds something else than SignedInfo, SignatureValue and KeyInfo');
  }
  const [canonical, method, reference, ...more] = allChildren(info);
  if (!canonical || !method || !reference || more.length > 0 || !isNamed(reference, ds('Reference'))) {
    throw refuse('has not exactly one reference');
  }
  requireAlgorithm(canonical, [EXCLUSIVE], 'canonicalization');
  requireAlgorithm(method, SIGNED_BY, 'signature');
  if (allChildren(method).length > 0) throw refuse('limits its own length');
  const id = attributeOf(signed, 'ID');
  if (!id || attributeOf(reference, 'URI') !== `#${id}`)
    throw refuse('is about another element than its own');
  const digests = childrenOf(reference, ds('DigestMethod'));
  if (digests.length !== 1 || !digests[0]) throw refuse('names no digest');
  requireAlgorithm(digests[0], DIGESTED_BY, 'digest');
  const transforms = childrenOf(reference, ds('Transforms')).flatMap(allChildren);
  const names = transforms.map((transform) => attributeOf(transform, 'Algorithm'));
  if (names.length !== 2 || names[0] !== ENVELOPED || names[1] !== EXCLUSIVE) {
    throw refuse('transforms what it signs');
  }
}

function requireAlgorithm(element: Element, allowed: readonly string[], noun: string): void {
  const algorithm = attributeOf(element, 'Algorithm') ?? '';
  if (allowed.includes(algorithm)) return;
  throw new SignInRefusal(
    'signature',
    `The ${noun} algorithm '${algorithm.slice(0, 100)}' is not accepted: set the identity provider to SHA-256 or better.`,
  );
}
