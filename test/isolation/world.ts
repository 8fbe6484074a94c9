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
  invitation: string;
  change: string;
}

/** An organization with a row of every kind. Its slug is in every name, address and label of it. */
export interface World {
  organization: TestOrganization;
  ids: WorldIds;
}

/** What a world of nobody would be: every id well-formed and naming nothing. */
export const strangers = (organization: TestOrganization): World => {
  const nobody = (index: number) => `01890000-0000-7000-8000-00000000000${index.toString(16)}`;
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
  ];
  const ids = [...names, 'invitation', 'change'].map((name, index) => [name, nobody(index)]);
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
    invitation: `inviteUser(input: {email: "guest@${slug}.example", courses: [{id: "c", name: "${slug}"}]}) { id }`,
    credential: `issueScimCredential(input: {connectionId: "${organization.connectionId}", label: "${slug}"}) { id }`,
    token: 'issueApiToken(role: USER) { id }',
  });
  const circle = made.circle.id;
  await say(organization, {
    filled: `updateGroup(input: {id: "${circle}", addUserIds: ["${person?.id}"]}) { id }`,
  });
  await product.sql(
    `insert into unconfirmed_answers (organization_id, connection_id, user_id, fingerprint) values ($1, $2, $3, '')`,
    [organization.id, organization.connectionId, colleague],
  );
  await product.sql('insert into user_email_keys (organization_id, user_id, email_key) values ($1, $2, $3)', [
    organization.id,
    colleague,
    `colleague@${slug}.example`,
  ]);
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
      invitation: made.invitation.id,
      change: change?.id ?? '',
    },
  };
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
