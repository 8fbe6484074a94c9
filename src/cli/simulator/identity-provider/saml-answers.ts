import { randomUUID } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { SignedXml } from 'xml-crypto';
import { escapeHtml } from '../../../mail/render-mail.js';
import type { Account } from './directory.js';
import type { SigningKey } from './signing-key.js';

/** The service people sign in to, as its administrator entered it at the provider. */
export interface SamlService {
  entityId: string;
  acsUrl: string;
}

const MD = 'urn:oasis:names:tc:SAML:2.0:metadata';
const SAML = 'urn:oasis:names:tc:SAML:2.0:assertion';
const SAMLP = 'urn:oasis:names:tc:SAML:2.0:protocol';
const DS = 'http://www.w3.org/2000/09/xmldsig#';
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const LIFE_MINUTES = 5;
/** A request is a few hundred bytes; what unpacks to more than this is none. */
const MAX_REQUEST_BYTES = 64 * 1024;

/** The metadata document of the provider: who it is, its certificate, and where people are sent to. */
export const metadataXml = (entityId: string, ssoUrl: string, key: SigningKey): string =>
  `<?xml version="1.0"?><md:EntityDescriptor xmlns:md="${MD}" entityID="${escapeHtml(entityId)}"><md:IDPSSODescriptor protocolSupportEnumeration="${SAMLP}"><md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="${DS}"><ds:X509Data><ds:X509Certificate>${key.base64}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor><md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${escapeHtml(ssoUrl)}"/></md:IDPSSODescriptor></md:EntityDescriptor>`;

/** The id of a request that came by HTTP-Redirect, which the answer repeats; undefined for text that is none. */
export function requestId(encoded: string): string | undefined {
  try {
    const options = { maxOutputLength: MAX_REQUEST_BYTES };
    const xml = inflateRawSync(Buffer.from(encoded, 'base64'), options).toString('utf8');
    return /<\w*:?AuthnRequest\b[^>]*?\bID="([\w.-]{1,128})"/.exec(xml)?.[1];
  } catch {
    return undefined;
  }
}

/** A response that says who somebody is, its assertion signed with RSA and SHA-256; in base64, as a form carries it. */
export function signedResponse(said: {
  issuer: string;
  service: SamlService;
  inResponseTo: string;
  account: Account;
  key: SigningKey;
}): string {
  const signer = new SignedXml({
    privateKey: said.key.privateKey,
    signatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    canonicalizationAlgorithm: EXCLUSIVE,
    getKeyInfoContent: () =>
      `<ds:X509Data><ds:X509Certificate>${said.key.base64}</ds:X509Certificate></ds:X509Data>`,
  });
  const assertion = "//*[local-name(.)='Assertion']";
  signer.addReference({
    xpath: assertion,
    transforms: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', EXCLUSIVE],
    digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256',
  });
  signer.computeSignature(responseXml(said), {
    prefix: 'ds',
    location: { reference: `${assertion}/*[local-name(.)='Issuer']`, action: 'after' },
  });
  return Buffer.from(signer.getSignedXml()).toString('base64');
}

function responseXml({
  issuer,
  service: { entityId, acsUrl },
  inResponseTo,
  account,
}: Parameters<typeof signedResponse>[0]): string {
  const now = Date.now();
  const instant = (minutes: number) => new Date(now + minutes * 60_000).toISOString();
  const [from, until] = [instant(-1), instant(LIFE_MINUTES)];
  const acs = escapeHtml(acsUrl);
  const id = () => `_${randomUUID()}`;
  const issued = `Version="2.0" IssueInstant="${instant(0)}"`;
  const issuerXml = `<saml:Issuer>${escapeHtml(issuer)}</saml:Issuer>`;
  const subject = `<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">${escapeHtml(account.subject)}</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData Recipient="${acs}" NotOnOrAfter="${until}" InResponseTo="${inResponseTo}"/></saml:SubjectConfirmation></saml:Subject>`;
  const conditions = `<saml:Conditions NotBefore="${from}" NotOnOrAfter="${until}"><saml:AudienceRestriction><saml:Audience>${escapeHtml(entityId)}</saml:Audience></saml:AudienceRestriction></saml:Conditions>`;
  const statement = `<saml:AuthnStatement AuthnInstant="${instant(0)}" SessionIndex="${id()}"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>`;
  return `<samlp:Response xmlns:samlp="${SAMLP}" xmlns:saml="${SAML}" ID="${id()}" ${issued} Destination="${acs}" InResponseTo="${inResponseTo}">${issuerXml}<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status><saml:Assertion ID="${id()}" ${issued}>${issuerXml}${subject}${conditions}${statement}${attributesXml(account)}</saml:Assertion></samlp:Response>`;
}

function attributesXml({ email, givenName, familyName, title }: Account): string {
  const sent = Object.entries({ email, givenName, familyName, title }).filter(([, value]) => value !== null);
  const attributes = sent.map(
    ([name, value]) =>
      `<saml:Attribute Name="${name}"><saml:AttributeValue>${escapeHtml(value ?? '')}</saml:AttributeValue></saml:Attribute>`,
  );
  return `<saml:AttributeStatement>${attributes.join('')}</saml:AttributeStatement>`;
}
