import type { Name } from '../access/sso/xml.js';

const PROTOCOL = 'urn:oasis:names:tc:SAML:2.0:protocol';
const ASSERTION = 'urn:oasis:names:tc:SAML:2.0:assertion';
const SIGNATURE = 'http://www.w3.org/2000/09/xmldsig#';

/** An element of the SAML protocol. */
export const samlp = (localName: string): Name => [PROTOCOL, localName];
/** An element of an assertion. */
export const saml = (localName: string): Name => [ASSERTION, localName];
/** An element of an XML signature. */
export const ds = (localName: string): Name => [SIGNATURE, localName];

/** The status of a response that carries an assertion (SAML 2.0 core section 3.2.2.2). */
export const SUCCESS = 'urn:oasis:names:tc:SAML:2.0:status:Success';
export const BEARER = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';

/** Longer than any provider's, short enough for every message and index. */
export const MAX_VALUE = 1_024;
