import { DomainError } from '../../kernel/errors.js';
import { MAX_CERTIFICATES, toPem } from './certificates.js';
import { attributeOf, childrenOf, isNamed, type Name, parseXml } from './xml.js';

const METADATA = 'urn:oasis:names:tc:SAML:2.0:metadata';
const SIGNATURE = 'http://www.w3.org/2000/09/xmldsig#';
const REDIRECT = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';
const MAX_BYTES = 1024 * 1024;
const MAX_ENTITY_ID = 1_024;

const md = (localName: string): Name => [METADATA, localName];

/** What an identity provider's metadata says, as far as signing in needs it. */
export interface SamlMetadata {
  entityId: string;
  ssoUrl: string;
  /** PEM, without repetitions. */
  certificates: string[];
  /** SingleLogoutService with the HTTP-Redirect binding, where there is one. */
  logoutUrl: string | null;
  logoutResponseUrl: string | null;
}

/** Reads the metadata of one identity provider (SAML 2.0 metadata section 2.4.3). INVALID_INPUT says what is missing. */
export function readSamlMetadata(xml: string): SamlMetadata {
  const root = parseXml(xml, { noun: 'The SAML metadata', maxBytes: MAX_BYTES, allowsComments: true });
  const providers = (
    isNamed(root, md('EntityDescriptor')) ? [root] : childrenOf(root, md('EntityDescriptor'))
  )
    .map((entity) => ({ entity, roles: childrenOf(entity, md('IDPSSODescriptor')) }))
    .filter(({ roles }) => roles.length > 0);
  const [provider, ...others] = providers;
  const [role, ...otherRoles] = provider?.roles ?? [];
  if (!provider || !role || others.length + otherRoles.length > 0) {
    throw refused(
      `describes ${providers.length} identity providers; exactly one is expected. Download the metadata of one application or realm`,
    );
  }
  const entityId = attributeOf(provider.entity, 'entityID') ?? '';
  if (!/^[\x21-\x7e]+$/.test(entityId) || entityId.length > MAX_ENTITY_ID)
    throw refused('has no usable entityID');
  const service = childrenOf(role, md('SingleSignOnService')).find(
    (one) => attributeOf(one, 'Binding') === REDIRECT,
  );
  const ssoUrl = service && attributeOf(service, 'Location');
  if (!ssoUrl) throw refused('has no SingleSignOnService with the HTTP-Redirect binding');
  requireHttps(ssoUrl);
  return { entityId, ssoUrl, certificates: signingCertificates(role), ...logoutOf(role) };
}

function logoutOf(role: Element): Pick<SamlMetadata, 'logoutUrl' | 'logoutResponseUrl'> {
  const service = childrenOf(role, md('SingleLogoutService')).find(
    (one) => attributeOf(one, 'Binding') === REDIRECT,
  );
  const logoutUrl = (service && attributeOf(service, 'Location')) || null;
  const logoutResponseUrl = (service && attributeOf(service, 'ResponseLocation')) || logoutUrl;
  for (const url of [logoutUrl, logoutResponseUrl]) if (url !== null) requireHttps(url);
  return { logoutUrl, logoutResponseUrl };
}

function signingCertificates(role: Element): string[] {
  const texts = childrenOf(role, md('KeyDescriptor'))
    .filter((key) => ['signing', undefined].includes(attributeOf(key, 'use')))
    .flatMap((key) => childrenOf(key, [SIGNATURE, 'KeyInfo']))
    .flatMap((info) => childrenOf(info, [SIGNATURE, 'X509Data']))
    .flatMap((data) => childrenOf(data, [SIGNATURE, 'X509Certificate']))
    .map((certificate) => certificate.textContent ?? '');
  const certificates = [...new Set(texts.map(toPem))];
  if (certificates.length === 0 || certificates.length > MAX_CERTIFICATES) {
    throw refused(`has ${certificates.length} signing certificates; 1 to ${MAX_CERTIFICATES} are expected`);
  }
  return certificates;
}

/** A browser is sent there with what it should not show on the wire; a simulator on this machine has no wire. */
export function requireHttps(url: string): void {
  const target = URL.canParse(url) ? new URL(url) : undefined;
  const isLocal = target?.hostname === 'localhost' || target?.hostname === '127.0.0.1';
  if (target?.protocol === 'https:' || (target?.protocol === 'http:' && isLocal)) return;
  throw refused(`sends people to '${url.slice(0, 200).toWellFormed()}', which does not start with https://`);
}

const refused = (why: string): DomainError =>
  new DomainError('INVALID_INPUT', `The metadata of the identity provider ${why}.`, { field: 'metadata' });
