import { DEFAULT_ATTRIBUTES } from '../../src/access/sso/settings.js';
import { newUser, pushGroup, pushUser } from '../support/people.js';
import type { Answer, TestOrganization, TestProduct } from '../support/product.js';

/** The id of one row of every kind. */
export interface WorldIds {
  owner: string;
  connection: string;
  credential: string;
  token: string;
  /** Provisioned; `user` is in `group`, `colleague` in none. */
  user: string;
  colleague: string;
  group: string;
  /** Made inside the product; `person` is in `circle`. */
  person: string;
  circle: string;
  leaver: string;
  bearer: string;
  invitation: string;
  batch: string;
  change: string;
  domain: string;
  bulkChange: string;
  ssoConnection: string;
  session: string;
}

/** An organization with a row of every kind. Its slug is in every name, address and label of it. */
export interface World {
  organization: TestOrganization;
  ids: WorldIds;
}

/** What a world of nobody would be: every id well-formed and naming nothing. */
export const strangers = (organization: TestOrganization): World => {
  const nobody = (index: number) =>
    `01890000-0000-7000-8000-0000000000${index.toString(16).padStart(2, '0')}`;
  const names = [
    'owner',
    'connection',
    'credential',
    'token',
    'user',
    'colleague',
    'group',
    'person',
    'circle',
    'leaver',
    'bearer',
  ];
  const made = [
    ...names,
    'invitation',
    'batch',
    'change',
    'domain',
    'bulkChange',
    'ssoConnection',
    'session',
  ];
  const ids = made.map((name, index) => [name, nobody(index)]);
  return { organization, ids: Object.fromEntries(ids) as WorldIds };
};

/** Its provider is shown the groups made inside the product (B24), so that it reaches as far as one can. */
export async function makeWorld(product: TestProduct): Promise<World> {
  const organization = await product.organization({ showsAllGroups: true });
  const { slug } = organization;
  const user = await pushUser(organization, `${slug}-user`);
  const colleague = await pushUser(organization, `${slug}-colleague`);
  const group = await pushGroup(organization, `Team of ${slug}`, [user]);
  const [person] = await product.sql<{ id: string }>(
    `insert into users (organization_id, id, email, email_key) values ($1, gen_random_uuid(), $2, $2) returning id`,
    [organization.id, `person@${slug}.example`],
  );
  const made = await say(organization, {
    circle: `createGroup(input: {displayName: "Circle of ${slug}"}) { id }`,
    batch: `inviteUsers(input: {emails: ["crowd@${slug}.example", "${slug}"]}) { id }`,
    invitation: `inviteUser(input: {email: "guest@${slug}.example", courses: [{id: "c", name: "${slug}"}]}) { id }`,
    credential: `issueScimCredential(input: {connectionId: "${organization.connectionId}", kind: BASIC, label: "${slug}"}) { id }`,
    token: 'issueApiToken(role: USER) { id }',
    domain: `approveDomain(domain: "${slug}.example") { id }`,
    bulkChange: `bulkReactivateUsers(input: {userIds: ["${person?.id}"]}) { id }`,
  });
  const circle = made.circle.id;
  await product.sql(
    `insert into users (organization_id, id, email, email_key, role) values ($1, gen_random_uuid(), $2, $2, 'group_admin')`,
    [organization.id, `keeper@${slug}.example`],
  );
  await product.sql(
    `insert into group_admins (organization_id, group_id, user_id)
     select organization_id, $2, id from users where organization_id = $1 and role = 'group_admin'`,
    [organization.id, circle],
  );
  await product.sql(
    'insert into group_courses (organization_id, group_id, course_id, course_name) values ($1, $2, $3, $3)',
    [organization.id, circle, `course-${slug}`],
  );
  await say(organization, {
    filled: `updateGroup(input: {id: "${circle}", addUserIds: ["${person?.id}"]}) { id }`,
  });
  await product.sql(
    `insert into unconfirmed_answers (organization_id, connection_id, user_id, fingerprint) values ($1, $2, $3, '')`,
    [organization.id, organization.connectionId, colleague],
  );
  await product.sql(
    `insert into refused_wishes (organization_id, user_id, attribute, held_by, fingerprint, version)
     values ($1, $2, 'email', $2, '', 1)`,
    [organization.id, colleague],
  );
  await product.sql(
    `insert into idempotency_keys (organization_id, actor, key, request_hash, result) values ($1, 'token', $2, '', '')`,
    [organization.id, slug],
  );
  await product.sql('insert into user_email_keys (organization_id, user_id, email_key) values ($1, $2, $3)', [
    organization.id,
    colleague,
    `colleague@${slug}.example`,
  ]);
  await product.sql(
    `insert into passwords (organization_id, user_id, hash) values ($1, $2, '$argon2id$nobody''s')`,
    [organization.id, person?.id],
  );
  await product.sql('insert into license_requests (organization_id, user_id) values ($1, $2)', [
    organization.id,
    person?.id,
  ]);
  await product.sql(
    `insert into attempts (organization_id, kind, key, expires_at) values ($1, 'request', '', now() + interval '1 hour')`,
    [organization.id],
  );
  await product.sql(
    `insert into membership_events (organization_id, user_id, group_id, kind) values ($1, $2, $3, 'active')`,
    [organization.id, user, group],
  );
  await product.sql('insert into erased_identities (organization_id, fingerprint) values ($1, sha256($2))', [
    organization.id,
    Buffer.from(slug),
  ]);
  const [leaver] = await product.sql<{ id: string }>(
    `insert into users (organization_id, id, email, email_key, active, deactivated_by)
     values ($1, gen_random_uuid(), $2, $2, false, 'admin') returning id`,
    [organization.id, `leaver@${slug}.example`],
  );
  const [bearer] = await product.sql<{ id: string }>(
    `select id from scim_credentials where organization_id = $1 and kind = 'bearer'`,
    [organization.id],
  );
  const sso = await addSignIns(product, organization, person?.id ?? '');
  const [change] = await product.sql<{ id: string }>(
    'select id from membership_changes where organization_id = $1 and group_id = $2',
    [organization.id, group],
  );
  return {
    organization,
    ids: {
      owner: organization.ownerId,
      connection: organization.connectionId,
      credential: made.credential.id,
      token: made.token.id,
      user,
      colleague,
      group,
      person: person?.id ?? '',
      circle,
      leaver: leaver?.id ?? '',
      bearer: bearer?.id ?? '',
      invitation: made.invitation.id,
      batch: made.batch.id,
      change: change?.id ?? '',
      domain: made.domain.id,
      bulkChange: made.bulkChange.id,
      ...sso,
    },
  };
}

/** A SAML provider, somebody who is signed in by it, and a sign-in under way. */
async function addSignIns(
  product: TestProduct,
  { id, slug }: TestOrganization,
  personId: string,
): Promise<{ ssoConnection: string; session: string }> {
  const settings = {
    kind: 'saml',
    entityId: `https://idp.${slug}.example`,
    ssoUrl: `https://idp.${slug}.example/sso`,
    metadataUrl: null,
    certificates: [],
    attributes: DEFAULT_ATTRIBUTES.saml,
  };
  const [row] = await product.sql<{ ssoConnection: string; session: string }>(
    `with connection as (
      insert into sso_connections (organization_id, id, kind, status, name, settings)
      values ($1, gen_random_uuid(), 'saml', 'active', $2, $3) returning id
    ), identity as (
      insert into identities (organization_id, connection_id, subject, user_id) select $1, id, $2, $4 from connection
    ), request as (
      insert into sign_in_requests (organization_id, id, connection_id, key_hash, browser_hash, return_path, expires_at)
      select $1, gen_random_uuid(), id, '', '', '/', now() + interval '1 hour' from connection
    ), assertion as (
      insert into used_assertions (organization_id, connection_id, assertion_id, expires_at)
      select $1, id, $2, now() + interval '1 hour' from connection
    ), attempt as (
      insert into sign_in_attempts (organization_id, id, connection_id, user_id, method, request_id)
      select $1, gen_random_uuid(), id, $4, 'saml', $2 from connection
    ), session as (
      insert into sessions (organization_id, id, user_id, connection_id, method, role, lookup_id, secret_hash, expires_at)
      select $1, gen_random_uuid(), $4, id, 'saml', 'user', $2, '', now() + interval '1 hour' from connection returning id
    ) select connection.id as "ssoConnection", session.id as session from connection, session`,
    [id, slug, JSON.stringify(settings), personId],
  );
  return row ?? { ssoConnection: '', session: '' };
}

/** A user as this world's provider would send it again: the same userName, address and externalId. */
export const sameUserAs = ({ organization }: World) => newUser(`${organization.slug}-user`);

async function say(organization: TestOrganization, fields: Record<string, string>): Promise<Answer['body']> {
  const selections = Object.entries(fields).map(([alias, field]) => `${alias}: ${field}`);
  const answer = await organization.graphql(`mutation { ${selections.join('\n')} }`);
  if (answer.body.errors)
    throw new Error(`The world could not be made: ${JSON.stringify(answer.body.errors)}`);
  return answer.body.data;
}
