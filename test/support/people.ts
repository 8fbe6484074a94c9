import { randomUUID } from 'node:crypto';
import type { TestOrganization } from './product.js';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** The body of a POST /Users that no other test uses. */
export function newUser(name = `u${randomUUID().slice(0, 8)}`, overrides: Record<string, unknown> = {}) {
  return {
    schemas: [USER],
    userName: `${name}@people.example`,
    externalId: `x-${name}`,
    name: { givenName: name, familyName: 'Test' },
    emails: [{ value: `${name}@people.example`, type: 'work', primary: true }],
    active: true,
    ...overrides,
  };
}

/** Provisions a person over SCIM and returns the id. */
export async function pushUser(organization: TestOrganization, name?: string): Promise<string> {
  const answer = await organization.scim('POST', '/Users', newUser(name));
  if (answer.status !== 201)
    throw new Error(`POST /Users answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer.body.id;
}

/** Provisions a group over SCIM and returns the id. */
export async function pushGroup(
  organization: TestOrganization,
  displayName = `g-${randomUUID().slice(0, 8)}`,
  members: string[] = [],
): Promise<string> {
  const body = { schemas: [GROUP], displayName, members: members.map((value) => ({ value })) };
  const answer = await organization.scim('POST', '/Groups', body);
  if (answer.status !== 201)
    throw new Error(`POST /Groups answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer.body.id;
}

/** The body of a PATCH. */
export const patch = (...Operations: Record<string, unknown>[]) => ({ schemas: [PATCH_OP], Operations });

/** Erases somebody who is deactivated or deprovisioned (B38). */
export async function eraseUser(organization: TestOrganization, id: string): Promise<void> {
  const { body } = await organization.graphql('query ($id: ID!) { user(id: $id) { userName } }', { id });
  const input = { userId: id, confirmation: body.data.user.userName };
  const erased = await organization.graphql(
    'mutation ($input: EraseUserInput!) { eraseUser(input: $input) { id } }',
    { input },
  );
  if (erased.body.errors) throw new Error(erased.body.errors[0].message);
}
