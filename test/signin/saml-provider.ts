import { randomUUID } from 'node:crypto';
import { SignedXml } from 'xml-crypto';
import type { SigningKey } from './certificate.js';

/** Everything a response says; a forgery changes one thing of it. */
export interface Said {
  issuer: string;
  responseIssuer?: string | null;
  acsUrl: string;
  destination?: string | null;
  recipient?: string | null;
  audience: string | null;
  inResponseTo?: string | undefined;
  subjectInResponseTo?: string | undefined;
  subject: string;
  /** In place of the NameID element. */
  nameId?: string;
  nameIdFormat?: string;
  attributes?: Record<string, string | string[]>;
  assertionId?: string;
  responseId?: string;
  status?: string;
  version?: string;
  /** Minutes from now. */
  issued?: number;
  notBefore?: number | null;
  notOnOrAfter?: number | null;
  confirmedUntil?: number | null;
  method?: string;
  authnStatement?: string;
  /** More XML inside of the assertion, and inside of the response. */
  insideAssertion?: string;
  insideResponse?: string;
}

export const SHA256 = {
  signature: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  digest: 'http://www.w3.org/2001/04/xmlenc#sha256',
};
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';

const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
const maybe = (name: string, value: string | null | undefined) =>
  value == null ? '' : ` ${name}="${value}"`;
const time = (name: string, minutes: number | null | undefined, usual: number) =>
  minutes === null ? '' : ` ${name}="${at(minutes ?? usual)}"`;

/** An assertion without a signature. */
export function assertionXml(said: Said): string {
  const id = said.assertionId ?? `_${randomUUID()}`;
  const inResponseTo = 'subjectInResponseTo' in said ? said.subjectInResponseTo : said.inResponseTo;
  const attributes = Object.entries(said.attributes ?? {}).map(
    ([name, values]) =>
      `<saml:Attribute Name="${name}">${[values]
        .flat()
        .map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`)
        .join('')}</saml:Attribute>`,
  );
  const nameId =
    said.nameId ?? `<saml:NameID${maybe('Format', said.nameIdFormat)}>${said.subject}</saml:NameID>`;
  return `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${id}" Version="2.0" IssueInstant="${at(said.issued ?? 0)}"><saml:Issuer>${said.issuer}</saml:Issuer><saml:Subject>${nameId}<saml:SubjectConfirmation Method="${said.method ?? 'urn:oasis:names:tc:SAML:2.0:cm:bearer'}"><saml:SubjectConfirmationData${maybe('Recipient', said.recipient === undefined ? said.acsUrl : said.recipient)}${time('NotOnOrAfter', said.confirmedUntil, 5)}${maybe('InResponseTo', inResponseTo)}/></saml:SubjectConfirmation></saml:Subject><saml:Conditions${time('NotBefore', said.notBefore, -1)}${time('NotOnOrAfter', said.notOnOrAfter, 5)}>${said.audience === null ? '' : `<saml:AudienceRestriction><saml:Audience>${said.audience}</saml:Audience></saml:AudienceRestriction>`}</saml:Conditions>${said.authnStatement ?? `<saml:AuthnStatement AuthnInstant="${at(0)}"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>`}${attributes.length > 0 ? `<saml:AttributeStatement>${attributes.join('')}</saml:AttributeStatement>` : ''}${said.insideAssertion ?? ''}</saml:Assertion>`;
}

/** A response around one or more assertions. */
export const responseXml = (said: Said, ...assertions: string[]): string =>
  `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="${said.responseId ?? `_${randomUUID()}`}" Version="${said.version ?? '2.0'}" IssueInstant="${at(0)}"${maybe('Destination', said.destination === undefined ? said.acsUrl : said.destination)}${maybe('InResponseTo', said.inResponseTo)}>${said.responseIssuer === null ? '' : `<saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${said.responseIssuer ?? said.issuer}</saml:Issuer>`}<samlp:Status><samlp:StatusCode Value="${said.status ?? 'urn:oasis:names:tc:SAML:2.0:status:Success'}"/></samlp:Status>${said.insideResponse ?? ''}${assertions.join('')}</samlp:Response>`;

export interface Signing {
  key: SigningKey;
  what?: 'Assertion' | 'Response';
  signature?: string;
  digest?: string;
  transforms?: string[];
  canonicalization?: string;
  /** The certificate shown in KeyInfo; the signer's own unless told. */
  shown?: string | null;
  /** For HMAC: the secret. */
  secret?: string;
}

/** Signs an element of a document where SAML has its signature: after the issuer. */
export function sign(xml: string, options: Signing): string {
  const what = options.what ?? 'Assertion';
  const xpath = what === 'Assertion' ? "//*[local-name(.)='Assertion']" : "/*[local-name(.)='Response']";
  const signer = new SignedXml({
    privateKey: options.secret ?? options.key.privateKey,
    signatureAlgorithm: options.signature ?? SHA256.signature,
    canonicalizationAlgorithm: (options.canonicalization ?? EXCLUSIVE) as never,
    getKeyInfoContent: () =>
      options.shown === null
        ? null
        : `<ds:X509Data><ds:X509Certificate>${options.shown ?? options.key.base64}</ds:X509Certificate></ds:X509Data>`,
  });
  if (options.secret !== undefined) signer.enableHMAC();
  signer.addReference({
    xpath,
    transforms: options.transforms ?? [ENVELOPED, EXCLUSIVE],
    digestAlgorithm: options.digest ?? SHA256.digest,
  });
  signer.computeSignature(xml, {
    prefix: 'ds',
    location: { reference: `${xpath}/*[local-name(.)='Issuer']`, action: 'after' },
  });
  return signer.getSignedXml();
}

/** A good response: one signed assertion. */
export const goodResponse = (said: Said, key: SigningKey): string =>
  sign(responseXml(said, assertionXml(said)), { key });

/** The metadata of such a provider. */
export const providerMetadata = (entityId: string, ssoUrl: string, ...keys: SigningKey[]): string =>
  `<?xml version="1.0"?><!-- made for a test --><md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${entityId}"><md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">${keys.map(({ base64 }) => `<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>${base64}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`).join('')}<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="${ssoUrl}"/><md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${ssoUrl}"/></md:IDPSSODescriptor></md:EntityDescriptor>`;
