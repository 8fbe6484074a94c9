import { randomUUID } from 'node:crypto';
import type { SigningKey } from './certificate.js';
import { assertionXml, goodResponse, responseXml, type Said, SHA256, sign } from './saml-provider.js';

/** What a forger has: a request that waits for an answer, the provider's key for what it would really say, and their own. */
export interface Forger {
  said: Said;
  /** The configured key: for changing what was signed, replaying it, and a provider that lies. */
  key: SigningKey;
  own: SigningKey;
  otherOrganization: string;
}

/** Makes the bytes of one. */
export type Forge = (forger: Forger) => string | Buffer;

export const EVIL = 'owner-subject';
export const changed =
  (change: Partial<Said>): Forge =>
  ({ said, key }) =>
    goodResponse({ ...said, ...change }, key);
/** Signed, then edited. */
export const edited =
  (from: string | RegExp, to: string): Forge =>
  ({ said, key }) => {
    const xml = goodResponse(said, key);
    const forged = xml.replace(from, to);
    if (forged === xml) throw new Error(`The forgery ${from} changed nothing.`);
    return forged;
  };

/** The pieces of a wrapping attack: the signed assertion, its signature, and one that says something else. */
function pieces({ said, key }: Forger) {
  const good = goodResponse(said, key);
  const [original = ''] = /<saml:Assertion.*<\/saml:Assertion>/s.exec(good) ?? [];
  const [signature = ''] = /<ds:Signature.*<\/ds:Signature>/s.exec(original) ?? [];
  const bare = original.replace(signature, '');
  const evil = assertionXml({ ...said, subject: EVIL, assertionId: `_${randomUUID()}` });
  const put = (into: string, what: string) => into.replace('</saml:Issuer>', `</saml:Issuer>${what}`);
  return {
    original,
    signature,
    bare,
    evil,
    put,
    around: (...parts: string[]) => responseXml(said, ...parts),
  };
}

const withResponseSignature = ({ said, key }: Forger): string =>
  sign(responseXml(said, assertionXml(said)), { key, what: 'Response' });

/** Nothing the provider signed, or not as it signed it; with the check that must stop it. */
export const FORGED_SIGNATURES: readonly (readonly [name: string, reason: string, forge: Forge])[] = [
  // Who signed.
  ['is not signed at all', 'signature', ({ said }) => responseXml(said, assertionXml(said))],
  ['has only its envelope signed', 'signature', withResponseSignature],
  [
    'is signed by a key of the forger, shown in KeyInfo',
    'signature',
    ({ said, own }) => goodResponse(said, own),
  ],
  [
    'is signed by a key of the forger under the certificate of the provider',
    'signature',
    ({ said, own, key }) => sign(responseXml(said, assertionXml(said)), { key: own, shown: key.base64 }),
  ],
  [
    'is signed by a key of the forger without KeyInfo',
    'signature',
    ({ said, own }) => sign(responseXml(said, assertionXml(said)), { key: own, shown: null }),
  ],
  [
    'has an envelope signed by the forger around a good assertion',
    'signature',
    ({ said, own, key }) => sign(goodResponse(said, key), { key: own, what: 'Response' }),
  ],
  // How it was signed.
  [
    'is signed with RSA-SHA-1',
    'signature',
    ({ said, key }) =>
      sign(responseXml(said, assertionXml(said)), {
        key,
        signature: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1',
      }),
  ],
  [
    'is digested with SHA-1',
    'signature',
    ({ said, key }) =>
      sign(responseXml(said, assertionXml(said)), { key, digest: 'http://www.w3.org/2000/09/xmldsig#sha1' }),
  ],
  [
    'is authenticated with HMAC, the certificate being the secret',
    'signature',
    ({ said, key }) =>
      sign(responseXml(said, assertionXml(said)), {
        key,
        secret: key.certificate,
        signature: 'http://www.w3.org/2000/09/xmldsig#hmac-sha1',
      }),
  ],
  [
    'is canonicalized inclusively',
    'signature',
    ({ said, key }) =>
      sign(responseXml(said, assertionXml(said)), {
        key,
        canonicalization: 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
      }),
  ],
  [
    'keeps comments when it is canonicalized',
    'signature',
    ({ said, key }) =>
      sign(responseXml(said, assertionXml(said)), {
        key,
        canonicalization: 'http://www.w3.org/2001/10/xml-exc-c14n#WithComments',
      }),
  ],
  ['names an algorithm nobody knows', 'signature', edited(SHA256.signature, 'urn:none')],
  ['names a transform that selects', 'signature', edited(/xmldsig#enveloped-signature/, 'xmldsig#base64')],
  [
    'leaves the enveloped transform out',
    'signature',
    edited(/<ds:Transform Algorithm="[^"]*enveloped-signature"\/>/, ''),
  ],
  // What the signature is about.
  ['signs the whole document by an empty reference', 'signature', edited(/URI="#[^"]+"/, 'URI=""')],
  ['signs another element', 'signature', edited(/URI="#[^"]+"/, 'URI="#_other"')],
  ['signs by an XPath injection', 'signature', edited(/URI="#([^"]+)"/, `URI="#$1' or '1'='1"`)],
  ['has two references', 'signature', edited(/(<ds:Reference .*<\/ds:Reference>)/s, '$1$1')],
  ['has no reference', 'signature', edited(/<ds:Reference .*<\/ds:Reference>/s, '')],
  ['has an empty signature', 'signature', edited(/<ds:SignatureValue>[^<]*</, '<ds:SignatureValue><')],
  ['has a signature that says nothing', 'signature', edited(/<ds:SignedInfo>.*<\/ds:KeyInfo>/s, '')],
  ['has another digest', 'signature', edited(/<ds:DigestValue>..../, '<ds:DigestValue>AAAA')],
  ['has another signature value', 'signature', edited(/<ds:SignatureValue>..../, '<ds:SignatureValue>AAAA')],
  [
    'carries an object in its signature',
    'signature',
    edited('</ds:Signature>', '<ds:Object/></ds:Signature>'),
  ],
  ['has two signatures', 'signature', edited(/(<ds:Signature .*<\/ds:Signature>)/s, '$1$1')],
  // Changed after it was signed.
  ['names somebody else', 'signature', edited(/(<saml:NameID>)[^<]*/, `$1${EVIL}`)],
  ['has another attribute value', 'signature', edited('new@people.example', 'owner@people.example')],
  [
    'has one more attribute',
    'signature',
    edited(
      '</saml:AttributeStatement>',
      '<saml:Attribute Name="role"><saml:AttributeValue>owner</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>',
    ),
  ],
  ['is valid for longer', 'signature', edited(/NotOnOrAfter="20/g, 'NotOnOrAfter="21')],
  [
    'has a comment in its NameID (CVE-2017-11428)',
    'malformed',
    edited(/<saml:NameID>subject/, '<saml:NameID>sub<!---->ject'),
  ],
  // Wrapping, numbered as in the paper that found it (XSW1 to XSW8).
  [
    'XSW1: the signed response inside of the signature of another',
    'malformed',
    (forger) => {
      const signed = sign(withResponseSignature(forger), { key: forger.key });
      const { evil, put } = pieces(forger);
      const [signature = ''] = /<ds:Signature.*?<\/ds:Signature>/s.exec(signed) ?? [];
      const around = signature.replace('</ds:Signature>', `<ds:Object>${signed}</ds:Object></ds:Signature>`);
      return responseXml(forger.said, put(evil, around));
    },
  ],
  [
    'XSW2: the signed response beside the evil assertion',
    'malformed',
    (forger) => responseXml(forger.said, goodResponse(forger.said, forger.key), pieces(forger).evil),
  ],
  [
    'XSW3: an evil assertion before the signed one',
    'malformed',
    (f) => pieces(f).around(pieces(f).evil, pieces(f).original),
  ],
  [
    'XSW4: the signed assertion inside of the evil one',
    'malformed',
    (f) =>
      pieces(f).around(pieces(f).evil.replace('</saml:Assertion>', `${pieces(f).original}</saml:Assertion>`)),
  ],
  [
    'XSW5: the signature in the evil assertion, the signed one after it',
    'malformed',
    (f) => {
      const { evil, put, signature, bare, around } = pieces(f);
      return around(put(evil, signature), bare);
    },
  ],
  [
    'XSW6: the signed assertion inside of the signature of the evil one',
    'malformed',
    (f) => {
      const { evil, put, signature, bare, around } = pieces(f);
      return around(put(evil, signature.replace('</ds:Signature>', `${bare}</ds:Signature>`)));
    },
  ],
  [
    'XSW7: the evil assertion in an extension',
    'malformed',
    (f) => {
      const { evil, original, around } = pieces(f);
      return around(`<samlp:Extensions>${evil}</samlp:Extensions>`, original);
    },
  ],
  [
    'XSW8: the signed assertion as an object of the signature of the evil one',
    'malformed',
    (f) => {
      const { evil, put, signature, bare, around } = pieces(f);
      return around(
        put(evil, signature.replace('</ds:Signature>', `<ds:Object>${bare}</ds:Object></ds:Signature>`)),
      );
    },
  ],
  [
    'has the id of the signed assertion twice (node-saml CVE-2025-54419: what was verified is not what is read)',
    'malformed',
    (f) => {
      const { evil, original, around } = pieces(f);
      const [, id = ''] = /ID="([^"]+)"/.exec(original) ?? [];
      return around(original).replace(
        '<samlp:Status>',
        `<x ID="${id}">${evil.replace(/saml:Assertion/g, 'x')}</x><samlp:Status>`,
      );
    },
  ],
  [
    'has two signed assertions',
    'malformed',
    ({ said, key }) => {
      const one = /<saml:Assertion.*<\/saml:Assertion>/s.exec(goodResponse(said, key))?.[0] ?? '';
      const two =
        /<saml:Assertion.*<\/saml:Assertion>/s.exec(goodResponse({ ...said, subject: EVIL }, key))?.[0] ?? '';
      return responseXml(said, one, two);
    },
  ],
];
