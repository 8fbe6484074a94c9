import { generateServiceProviderMetadata, SAML } from '@node-saml/node-saml';
import type { SamlSettings } from '../access/sso/settings.js';
import type { ServiceProvider } from '../access/sso-connections.queries.js';

/** The provider's address with our request in it; it answers with the same id and RelayState. */
export function samlRequestUrl(
  settings: SamlSettings,
  { entityId, acsUrl }: ServiceProvider,
  request: { id: string; key: string },
): Promise<string> {
  const library = new SAML({
    entryPoint: settings.ssoUrl,
    idpCert: settings.certificates,
    issuer: entityId,
    audience: entityId,
    callbackUrl: acsUrl,
    // A format or a class of authentication is the provider's own choice; asking for one only makes it refuse.
    identifierFormat: null,
    disableRequestedAuthnContext: true,
    generateUniqueId: () => samlRequestId(request.id),
  });
  return library.getAuthorizeUrlAsync(request.key, undefined, {});
}

/** An XML id may not start with a digit. */
export const samlRequestId = (id: string): string => `_${id}`;

/** Our id in `InResponseTo`; undefined when there is none, and nobody's when it is not one of ours. */
export function requestIdOf(inResponseTo: string | undefined): string | undefined {
  return inResponseTo?.replace(/^_/, '');
}

/** Our metadata document: what an administrator gives to the identity provider. */
export const samlMetadata = ({ entityId, acsUrl }: ServiceProvider): string =>
  generateServiceProviderMetadata({
    issuer: entityId,
    callbackUrl: acsUrl,
    identifierFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
    wantAssertionsSigned: true,
  });
