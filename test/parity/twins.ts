import type { ErrorCode } from '../../src/kernel/errors.js';
import { newUser, pushGroup } from '../support/people.js';
import type { Answer, TestOrganization, TestProduct } from '../support/product.js';

/** One of two organizations that are the same until each receives the change through another door. */
export interface Twin {
  product: TestProduct;
  organization: TestOrganization;
  /** Ids by the local part of the address, or by the name of the group. */
  ids: Record<string, string>;
}

export type ScimRequest = [method: string, path: string, body?: unknown, headers?: Record<string, string>];

/** The same change in the words of each door. `connectionId` is added to the GraphQL input. */
export interface Scenario {
  title: string;
  /** B24: the connection also sees groups that were made here. */
  showsAllGroups?: true;
  /** Makes what must be there before, in both organizations alike. */
  given?: (twin: Twin) => Promise<unknown>;
  scim: (twin: Twin) => ScimRequest;
  graphql: (twin: Twin) => Record<string, unknown>;
  /** Both doors must refuse with this code and leave everything as it was. */
  refusal?: ErrorCode;
  /** The wording differs because each door refuses the shape of its own message before the operation sees it. */
  ownWords?: true;
  /** Both doors must accept it and leave everything as it was. */
  changesNothing?: true;
}

/** One row of the table "Two faces, one set of operations". */
export interface Row {
  scim: readonly string[];
  mutation: string;
  /** What GraphQL returns of it. */
  selection: string;
  scenarios: readonly Scenario[];
}

/** Nobody has this id. */
export const NOBODY = '01890000-0000-7000-8000-000000000000';

/** Someone with all eight attributes (B8), as GraphQL spells them. */
export const person = (name: string, overrides: Record<string, unknown> = {}): Record<string, unknown> => ({
  userName: `${name}@people.example`,
  email: `${name}@people.example`,
  externalId: `x-${name}`,
  givenName: name,
  familyName: 'Lovelace',
  title: 'Engineer',
  employeeNumber: '42',
  active: true,
  ...overrides,
});

/** The same in SCIM's spelling; what is undefined or null is not sent. */
export function asScim(attributes: Record<string, unknown>): Record<string, unknown> {
  const { givenName, familyName, email, employeeNumber, ...plain } = attributes;
  return newUser('', {
    externalId: undefined,
    userName: undefined,
    ...plain,
    name: { givenName, familyName },
    emails: email === undefined ? undefined : [{ value: email, type: 'work', primary: true }],
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { employeeNumber },
  });
}

/** A provisioned person. */
export async function provisioned(
  twin: Twin,
  name: string,
  overrides: Record<string, unknown> = {},
): Promise<void> {
  const answer = await twin.organization.scim('POST', '/Users', asScim(person(name, overrides)));
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  twin.ids[name] = answer.body.id;
}

/** A person who joined without SCIM. */
export async function ordinary(twin: Twin, name: string): Promise<void> {
  const [row] = await twin.product.sql<{ id: string }>(
    `insert into users (organization_id, id, email, email_key) values ($1, gen_random_uuid(), $2, $2) returning id`,
    [twin.organization.id, `${name}@people.example`],
  );
  twin.ids[name] = row?.id ?? '';
}

/** A provisioned group whose members are in effect. */
export async function group(twin: Twin, name: string, members: readonly string[] = []): Promise<void> {
  twin.ids[name] = await pushGroup(
    twin.organization,
    name,
    members.map((member) => twin.ids[member] ?? ''),
  );
  await inEffect(twin);
}

/** An ordinary group whose members are in effect. */
export async function ordinaryGroup(
  twin: Twin,
  name: string,
  members: readonly string[] = [],
): Promise<void> {
  const create = 'mutation ($name: String!) { createGroup(input: { displayName: $name }) { id } }';
  const id: string = (await twin.organization.graphql(create, { name })).body.data.createGroup.id;
  twin.ids[name] = id;
  const add =
    'mutation ($id: ID!, $members: [ID!]!) { updateGroup(input: { id: $id, addUserIds: $members }) { id } }';
  await twin.organization.graphql(add, { id, members: members.map((member) => twin.ids[member]) });
  await inEffect(twin);
}

/** What the worker does to waiting memberships, without one. */
const inEffect = ({ product, organization }: Twin) =>
  product.sql(`update memberships set state = 'active', applied_at = now() where organization_id = $1`, [
    organization.id,
  ]);

/** The change through the GraphQL door. */
export const mutate = (
  twin: Twin,
  { mutation, selection }: Row,
  input: Record<string, unknown>,
): Promise<Answer> => {
  const type = /^deprovision/.test(mutation)
    ? 'DeprovisionInput'
    : `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
  return twin.organization.graphql(
    `mutation ($input: ${type}!) { ${mutation}(input: $input) ${selection} }`,
    {
      input: { connectionId: twin.organization.connectionId, ...input },
    },
  );
};

/**
 * What a change may touch. Who did it is compared apart: that is the one thing in which the doors differ; the key of a
 * connection's cursors is not compared at all, being another for each.
 */
const TABLES: Readonly<Record<string, string>> = {
  users: 'email_key',
  user_email_keys: 'email_key',
  unconfirmed_answers: 'at',
  groups: 'display_name_key',
  memberships: 'accepted_at',
  membership_changes: 'accepted_at',
  invitations: 'email_key',
  user_courses: 'course_id',
  scim_connections: 'id',
  audit_log: 'at',
  outbox: 'created_at',
};

/** Matches every id in a text. */
export const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const TIME = /\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)/g;

/**
 * Every row of an organization, with ids replaced by what they name and times by whether there is one, so that twins can
 * be compared. `requestId` is that of the change.
 */
export async function snapshot(
  { product, organization, ids }: Twin,
  requestId = '',
): Promise<Record<string, string[]>> {
  const found: Record<string, Record<string, unknown>[]> = {};
  for (const [table, order] of Object.entries(TABLES)) {
    const rows = await product.sql<{ row: Record<string, unknown> }>(
      `select to_jsonb(t) - '{actor_kind,actor_id,cursor_key}'::text[] as row from ${table} t where organization_id = $1 order by ${order}`,
      [organization.id],
    );
    found[table] = rows.map(({ row }) => row);
  }
  const names = new Map([
    [organization.id, '<organization>'],
    [organization.connectionId, '<connection>'],
    [requestId, '<request>'],
  ]);
  for (const row of found.users ?? []) names.set(String(row.id), `<${row.email_key}>`);
  for (const row of found.groups ?? []) names.set(String(row.id), `<${row.display_name_key}>`);
  for (const [name, id] of Object.entries(ids)) names.set(id, `<${name}>`);
  for (const [index, row] of (found.membership_changes ?? []).entries())
    names.set(String(row.id), `<change ${index + 1}>`);
  const normal = (row: unknown): string =>
    JSON.stringify(row)
      .replace(UUID, (id) => names.get(id) ?? '<id>')
      .replaceAll(organization.slug, 'twin')
      .replace(TIME, '<time>');
  // Rows that one statement wrote have no order of their own.
  return Object.fromEntries(Object.entries(found).map(([table, rows]) => [table, rows.map(normal).sort()]));
}

/** The newest entry of the history. */
export async function lastActor({ product, organization }: Twin): Promise<unknown> {
  const [row] = await product.sql(
    'select actor_kind, actor_id, request_id from audit_log where organization_id = $1 order by at desc, id desc limit 1',
    [organization.id],
  );
  return row;
}
