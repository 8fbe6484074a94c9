import { deflateRawSync } from 'node:zlib';
import type { SamlSettings } from '../access/sso/settings.js';
import type { ServiceProvider } from '../access/sso-connections.queries.js';
import { escapeHtml } from '../mail/render-mail.js';

const REDIRECT = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';
const POST = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST';

/** A request is a few hundred bytes: a smaller window than zlib's 32 KiB says the same and costs no memory to speak of. */
const DEFLATE = { windowBits: 10, memLevel: 2 } as const;

/**
 * The provider's address with our request in it; it answers with the same id and RelayState (SAML 2.0 core section 3.4.1).
 * A format or a class of authentication is the provider's own choice; asking for one only makes it refuse.
 */
export function samlRequestUrl(
  { ssoUrl }: SamlSettings,
  { entityId, acsUrl }: ServiceProvider,
  request: { id: string; key: string },
): string {
  const xml = `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="${samlRequestId(request.id)}" Version="2.0" IssueInstant="${new Date().toISOString()}" ProtocolBinding="${POST}" Destination="${escapeHtml(ssoUrl)}" AssertionConsumerServiceURL="${escapeHtml(acsUrl)}"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${escapeHtml(entityId)}</saml:Issuer><samlp:NameIDPolicy AllowCreate="true"/></samlp:AuthnRequest>`;
  const url = new URL(ssoUrl);
  url.searchParams.set('SAMLRequest', deflateRawSync(xml, DEFLATE).toString('base64'));
  url.searchParams.set('RelayState', request.key);
  return url.href;
}

/** An XML id may not start with a digit. */
export const samlRequestId = (id: string): string => `_${id}`;

/** Our id in `InResponseTo`; undefined when there is none, and nobody's when it is not one of ours. */
export function requestIdOf(inResponseTo: string | undefined): string | undefined {
  return inResponseTo?.replace(/^_/, '');
}

/** Our metadata document (SAML 2.0 metadata section 2.4.4): what an administrator gives to the identity provider. */
export const samlMetadata = (ours: ServiceProvider, certificate: string): string =>
  `<?xml version="1.0"?><EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="${escapeHtml(ours.entityId)}"><SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol" AuthnRequestsSigned="false" WantAssertionsSigned="true"><KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${certificate.replaceAll(/-----[A-Z ]+-----|\s/g, '')}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor><SingleLogoutService Binding="${REDIRECT}" Location="${escapeHtml(ours.logoutUrl)}"/><SingleLogoutService Binding="${POST}" Location="${escapeHtml(ours.logoutUrl)}"/><NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</NameIDFormat><AssertionConsumerService index="1" isDefault="true" Binding="${POST}" Location="${escapeHtml(ours.acsUrl)}"/></SPSSODescriptor></EntityDescriptor>`;
