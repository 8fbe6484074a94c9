import { PATCH_OP } from '../../support/people.js';

export const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';

type Body = Record<string, unknown>;

/** What Microsoft Entra ID sends to create a person. */
export const entraUser = (name: string, overrides: Body = {}): Body => ({
  schemas: [CORE, ENTERPRISE],
  externalId: `E-${name}`,
  userName: `${name}@contoso.example`,
  active: true,
  displayName: name,
  emails: [{ primary: true, type: 'work', value: `${name}@contoso.example` }],
  meta: { resourceType: 'User' },
  name: { formatted: `${name} Ek`, familyName: 'Ek', givenName: name },
  roles: [],
  [ENTERPRISE]: { employeeNumber: `E-${name}`, department: 'Sales', manager: null },
  ...overrides,
});

/** What Okta sends to create a person. */
export const oktaUser = (name: string, overrides: Body = {}): Body => ({
  schemas: [CORE],
  userName: `${name}@acme.example`,
  name: { givenName: name, familyName: 'Ek' },
  emails: [{ primary: true, value: `${name}@acme.example`, type: 'work' }],
  displayName: `${name} Ek`,
  locale: 'en-US',
  externalId: `00u${name}`,
  groups: [],
  password: 'never-stored-1',
  active: true,
  ...overrides,
});

/** A PATCH of Entra's default client: capitalised operations, one for each attribute. */
export const legacy = (...operations: [op: string, path: string, value?: unknown][]): Body => ({
  schemas: [PATCH_OP],
  Operations: operations.map(([op, path, value]) => ({ op, path, ...(value !== undefined && { value }) })),
});
