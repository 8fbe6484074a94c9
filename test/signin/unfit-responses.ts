import { randomUUID } from 'node:crypto';
import { changed, edited, type Forge } from './forged-responses.js';
import { goodResponse, responseXml } from './saml-provider.js';

/** Signed by the provider, and not for us, not now, not what was asked, or no such document; with the check that must stop it. */
export const UNFIT_RESPONSES: readonly (readonly [name: string, reason: string, forge: Forge])[] = [
  // Genuine, and not for us, not for now, not of this provider.
  ['is of another issuer', 'issuer', changed({ issuer: 'https://other.example/saml' })],
  [
    'is of one issuer in an envelope of another',
    'issuer',
    changed({ responseIssuer: 'https://other.example/saml' }),
  ],
  ['is for another audience', 'audience', changed({ audience: 'https://elsewhere.example/saml' })],
  ['is for any audience', 'audience', changed({ audience: null })],
  [
    'is for the audience of another organization',
    'audience',
    ({ said, key, otherOrganization }) => goodResponse({ ...said, audience: otherOrganization }, key),
  ],
  ['is for another recipient', 'recipient', changed({ recipient: 'https://elsewhere.example/acs' })],
  ['is for any recipient', 'recipient', changed({ recipient: null })],
  [
    'is for the recipient of another organization',
    'recipient',
    ({ said, key, otherOrganization }) => goodResponse({ ...said, recipient: otherOrganization }, key),
  ],
  ['is for another destination', 'destination', changed({ destination: 'https://elsewhere.example/acs' })],
  ['is for any destination', 'destination', changed({ destination: null })],
  ['has expired', 'expired', changed({ notOnOrAfter: -3 })],
  ['is not valid yet', 'not_yet_valid', changed({ notBefore: 3 })],
  ['does not expire', 'malformed', changed({ notOnOrAfter: null })],
  ['was confirmed for a time that is over', 'expired', changed({ confirmedUntil: -3 })],
  ['was confirmed for ever', 'malformed', changed({ confirmedUntil: null })],
  ['was issued eleven minutes ago', 'expired', changed({ issued: -11 })],
  ['was issued in the future', 'not_yet_valid', changed({ issued: 3 })],
  ['says nobody signed in', 'malformed', changed({ authnStatement: ' ' })],
  [
    'is confirmed by holder of key',
    'subject',
    changed({ method: 'urn:oasis:names:tc:SAML:2.0:cm:holder-of-key' }),
  ],
  [
    'is a failure with an assertion',
    'provider_said_no',
    changed({ status: 'urn:oasis:names:tc:SAML:2.0:status:Responder' }),
  ],
  ['is SAML 1.1', 'malformed', changed({ version: '1.1' })],
  // Genuine, and answers nothing that was asked.
  ['answers a request nobody made', 'unknown_request', changed({ inResponseTo: `_${randomUUID()}` })],
  ['answers nothing', 'provider_start_off', changed({ inResponseTo: undefined })],
  ['answers two requests', 'unknown_request', changed({ subjectInResponseTo: `_${randomUUID()}` })],
  ['answers only in its envelope', 'unknown_request', changed({ subjectInResponseTo: undefined })],
  // Subjects that two readers read as two.
  ['has an empty NameID', 'subject', changed({ subject: '' })],
  ['has no NameID', 'subject', changed({ nameId: ' ' })],
  [
    'has two NameIDs',
    'subject',
    changed({ nameId: '<saml:NameID>a</saml:NameID><saml:NameID>b</saml:NameID>' }),
  ],
  ['has an element in its NameID', 'subject', changed({ nameId: '<saml:NameID>a<b/>c</saml:NameID>' })],
  ['has CDATA in its NameID', 'malformed', changed({ nameId: '<saml:NameID>a<![CDATA[b]]></saml:NameID>' })],
  ['has white space around its NameID', 'subject', changed({ subject: ' subject-1 ' })],
  ['has a control character in its NameID', 'subject', changed({ subject: 'subject&#x9;1' })],
  ['has a NameID of 2,000 characters', 'subject', changed({ subject: 'x'.repeat(2_000) })],
  ['has an encrypted NameID', 'malformed', changed({ nameId: '<saml:EncryptedID/>' })],
  [
    'has an encrypted assertion',
    'malformed',
    ({ said }) =>
      responseXml(said, '<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"/>'),
  ],
  // Documents.
  ['has a DOCTYPE', 'malformed', ({ said, key }) => `<!DOCTYPE x>${goodResponse(said, key)}`],
  [
    'reads a file',
    'malformed',
    ({ said, key }) =>
      `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${goodResponse(said, key).replace('New', '&e;')}`,
  ],
  [
    'grows a thousandfold',
    'malformed',
    ({ said, key }) =>
      `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>${goodResponse(said, key)}`,
  ],
  [
    'has a processing instruction',
    'malformed',
    ({ said, key }) => `<?xml-stylesheet href="x"?>${goodResponse(said, key)}`,
  ],
  ['has no assertion', 'malformed', ({ said }) => responseXml(said)],
  [
    'is a bare assertion',
    'malformed',
    ({ said, key }) => /<saml:Assertion.*<\/saml:Assertion>/s.exec(goodResponse(said, key))?.[0] ?? '',
  ],
  ['is another message', 'malformed', edited(/samlp:Response/g, 'samlp:LogoutResponse')],
  ['has an unknown namespace', 'malformed', edited('SAML:2.0:protocol', 'SAML:2.0:protocoll')],
  ['is not XML', 'malformed', () => 'not a response'],
  ['is cut off', 'malformed', ({ said, key }) => goodResponse(said, key).slice(0, -20)],
  ['is followed by more', 'malformed', ({ said, key }) => `${goodResponse(said, key)}<x/>`],
  ['is larger than 256 KiB', 'malformed', changed({ attributes: { x: 'y'.repeat(260 * 1024) } })],
  [
    'is nested a hundred deep',
    'malformed',
    changed({ insideResponse: `${'<x>'.repeat(100)}${'</x>'.repeat(100)}` }),
  ],
  [
    'is not UTF-8',
    'malformed',
    ({ said, key }) => Buffer.concat([Buffer.from(goodResponse(said, key)), Buffer.of(0xff)]),
  ],
  ['holds NUL', 'malformed', ({ said, key }) => goodResponse(said, key).replace('New', 'N\u0000w')],
];
