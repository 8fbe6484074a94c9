import { workerContext } from '../../workers/context.js';
import { settleGroup } from '../../workers/membership.worker.js';
import { eraseUser, newUser, patch, pushGroup, pushUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;
let user: string;
/** Request ids, in the order in which they were sent. */
const sent: Record<string, string> = {};
let group: string;

async function scim(name: string, method: string, path: string, body?: unknown) {
  const answer = await acme.scim(method, path, body);
  sent[name] = String(answer.headers['x-request-id']);
  return answer.body;
}

async function provenance(id = user) {
  const fields = 'attribute value source actor previous requestId connectionId';
  const { body } = await acme.graphql(`query ($id: ID!) { user(id: $id) { provenance { ${fields} } } }`, {
    id,
  });
  expect(body.errors).toBeUndefined();
  return body.data.user.provenance;
}

const TIMELINE = `query ($id: ID!, $first: Int! = 100, $after: String, $kinds: [TimelineKind!]) {
  user(id: $id) { timeline(first: $first, after: $after, kinds: $kinds) {
    edges { node { id kind at actor sentence requestId } } pageInfo { hasNextPage endCursor } totalCount } } }`;

async function timeline(variables: Record<string, unknown> = {}) {
  const { body } = await acme.graphql(TIMELINE, { id: user, ...variables });
  expect(body.errors).toBeUndefined();
  return body.data.user.timeline;
}
const nodes = (page: { edges: { node: Record<string, string> }[] }) => page.edges.map(({ node }) => node);

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization({ provider: 'okta' });
  const invited = await acme.graphql('mutation { inviteUser(input: {email: "anna@people.example"}) { id } }');
  expect(invited.body.errors).toBeUndefined();
  user = (await scim('create', 'POST', '/Users', newUser('anna'))).id;
  await scim('title', 'PATCH', `/Users/${user}`, patch({ op: 'replace', path: 'title', value: 'Dr.' }));
  group = await pushGroup(acme, 'Team');
  const member = [{ value: user }];
  await scim('add', 'PATCH', `/Groups/${group}`, patch({ op: 'add', path: 'members', value: member }));
  await settleGroup(
    workerContext(product.database, 'membership', { organizationId: acme.id, requestId: 'worker' }),
    group,
  );
  await scim('retitle', 'PATCH', `/Users/${user}`, patch({ op: 'replace', path: 'title', value: 'Prof.' }));
  await scim('read', 'GET', `/Users/${user}`);
  await scim('leave', 'PATCH', `/Users/${user}`, patch({ op: 'replace', path: 'active', value: false }));
});
afterAll(() => product.close());

describe('User.provenance', () => {
  it('names source, request and previous value of what changed; the rest came with the person', async () => {
    const found = await provenance();
    const okta = { source: 'SCIM', actor: 'Okta', connectionId: acme.connectionId };
    const title = { attribute: 'title', value: 'Prof.', previous: 'Dr.', requestId: sent.retitle, ...okta };
    const email = {
      attribute: 'email',
      value: 'anna@people.example',
      previous: null,
      requestId: sent.create,
      ...okta,
    };
    const active = { attribute: 'active', value: 'false', previous: 'true', requestId: sent.leave, ...okta };
    expect(found).toEqual(expect.arrayContaining([title, email, active]));
    expect(found.map((one: { attribute: string }) => one.attribute)).not.toContain('license');
  });

  it('of an ordinary person names the administrator; an adopted value the provider', async () => {
    const { ownerId } = acme;
    const { body } = await acme.graphql(
      `mutation { updateUser(input: {id: "${ownerId}", title: "Boss"}) { id } }`,
    );
    expect(body.errors).toBeUndefined();
    const title = { attribute: 'title', value: 'Boss', source: 'ADMIN', previous: null, connectionId: null };
    expect(await provenance(ownerId)).toContainEqual(
      expect.objectContaining({ ...title, actor: expect.stringMatching(/^API token ending in/) }),
    );
    const owner = `owner@${acme.slug}.example`;
    await scim(
      'adopt',
      'POST',
      '/Users',
      newUser('owner', { userName: owner, title: 'CEO', emails: [{ value: owner, type: 'work' }] }),
    );
    const found = await provenance(ownerId);
    expect(found).toContainEqual(
      expect.objectContaining({
        attribute: 'title',
        previous: 'Boss',
        source: 'SCIM',
        requestId: sent.adopt,
      }),
    );
    expect(found).toContainEqual(
      expect.objectContaining({ attribute: 'email', source: 'ADMIN', previous: null }),
    );
  });

  it('of an RFC profile names each attribute', async () => {
    const rfc = await product.organization({ profile: 'rfc' });
    const made = await rfc.scim('POST', '/Users', newUser('zed', { nickName: 'Z', locale: 'de' }));
    await rfc.scim(
      'PATCH',
      `/Users/${made.body.id}`,
      patch({ op: 'replace', path: 'nickName', value: 'Zed' }, { op: 'remove', path: 'locale' }),
    );
    const { body } = await rfc.graphql(
      `{ user(id: "${made.body.id}") { provenance { attribute value previous } } }`,
    );
    expect(body.data.user.provenance).toEqual(
      expect.arrayContaining([
        { attribute: 'profile.nickName', value: 'Zed', previous: 'Z' },
        { attribute: 'profile.locale', value: null, previous: 'de' },
      ]),
    );
  });

  it('nothing of it, and no word to search, outlives erasure (B38)', async () => {
    const { id } = await scim('doomed', 'POST', '/Users', newUser('doomed'));
    await scim('change', 'PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'title', value: 'x' }));
    await scim('end', 'DELETE', `/Users/${id}`);
    await eraseUser(acme, id);
    const tables = ['user_attribute_sources', 'user_words'];
    for (const table of tables)
      expect(await product.sql(`select * from ${table} where user_id = $1`, [id])).toEqual([]);
    expect(await provenance(id)).toEqual([]);
  });
});

describe('User.timeline', () => {
  it('tells requests, memberships and invitations in causal order, newest first, without reads', async () => {
    const told = nodes(await timeline())
      .toReversed()
      .map(({ kind, requestId, sentence, actor }) => [kind, requestId, sentence, actor]);
    const invited = ['INVITATION', expect.any(String), 'Invited.', expect.stringMatching(/^API token/)];
    expect(told.filter(([kind]) => kind !== 'INVITATION')).toEqual([
      ['SCIM', sent.create, expect.stringMatching(/^POST created or adopted this person \(/), 'Okta'],
      ['SCIM', sent.title, 'PATCH changed this person (title).', 'Okta'],
      ['MEMBERSHIP', sent.add, "Adding to 'Team' was accepted.", 'Okta'],
      ['MEMBERSHIP', sent.add, "The membership in 'Team' is in effect.", 'Rollcall'],
      ['SCIM', sent.retitle, 'PATCH changed this person (title).', 'Okta'],
      ['SCIM', sent.leave, 'PATCH changed this person (active).', 'Okta'],
      ['MEMBERSHIP', sent.leave, "The membership in 'Team' ended.", 'Okta'],
    ]);
    expect(told[0]).toEqual(invited);
  });

  it('pages without gap or repetition, counts, and shows chosen kinds', async () => {
    const all = nodes(await timeline()).map(({ id }) => id);
    const seen: (string | undefined)[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const page = await timeline({ first: 3, after });
      seen.push(...nodes(page).map(({ id }) => id));
      ({ hasNextPage: more, endCursor: after } = page.pageInfo);
      expect(page.totalCount).toBe(all.length);
    }
    expect(seen).toEqual(all);
    const members = await timeline({ kinds: ['MEMBERSHIP'] });
    expect(nodes(members)).toHaveLength(3);
    expect(members.totalCount).toBe(3);
    expect(nodes(await timeline({ kinds: ['LICENSE'] }))).toEqual([]);
    expect(nodes(await timeline({ kinds: [] }))).toEqual([]);
  });

  it('a cursor that is not its own is INVALID_INPUT, and only administrators read it', async () => {
    for (const after of ['x', Buffer.from('["now","r1"]').toString('base64url')]) {
      const { body } = await acme.graphql(TIMELINE, { id: user, after });
      expect(body.errors[0].extensions).toMatchObject({ code: 'INVALID_INPUT', field: 'after' });
    }
    const { body } = await acme.graphql(TIMELINE, { id: user }, await acme.issueToken('group_admin'));
    expect(body.errors[0].extensions.code).toBe('NOT_FOUND');
  });
});

async function explainUser(userId: string) {
  const document = `query ($userId: ID!) { explainUser(userId: $userId) { verdict sentence evidence { kind actor sentence requestId } } }`;
  const { body } = await acme.graphql(document, { userId });
  expect(body.errors).toBeUndefined();
  return body.data.explainUser;
}

/** What an administrator's command does to the row, as one. */
const asAdmin = (statement: string) =>
  product.sql(
    `select set_config('app.actor_kind', 'operator', true), set_config('app.actor_id', 'x', true); ${statement}`,
  );

describe('explainUser', () => {
  it('NEVER_PROVISIONED, NEVER_SIGNED_IN and ACTIVE because of a request', async () => {
    const [ordinary] = await product.sql<{ id: string }>(
      `insert into users (organization_id, id, email, email_key) values ($1, gen_random_uuid(), 'o@o.example', 'o@o.example') returning id`,
      [acme.id],
    );
    expect(await explainUser(ordinary?.id ?? '')).toMatchObject({ verdict: 'NEVER_PROVISIONED' });
    const answer = await acme.scim('POST', '/Users', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: 'ben@people.example',
      externalId: 'x-ben',
      emails: [{ value: 'ben@people.example', type: 'work' }],
    });
    const request = answer.headers['x-request-id'];
    const waiting = await explainUser(answer.body.id);
    expect(waiting).toMatchObject({
      verdict: 'NEVER_SIGNED_IN',
      evidence: [
        { kind: 'ATTRIBUTE', actor: 'Okta', requestId: request },
        { kind: 'REQUEST', requestId: request },
      ],
    });
    expect(waiting.sentence).toContain(`because of request ${request}`);
    await product.sql(
      'update users set first_signed_in_at = now(), last_signed_in_at = now() where id = $1',
      [answer.body.id],
    );
    expect(await explainUser(answer.body.id)).toMatchObject({ verdict: 'ACTIVE' });
  });

  it('DEACTIVATED_BY_PROVIDER, DEPROVISIONED, DEACTIVATED_BY_ADMIN and ERASED, by whom', async () => {
    const user = await pushUser(acme);
    await scim('end', 'PATCH', `/Users/${user}`, patch({ op: 'replace', path: 'active', value: false }));
    const request = sent.end;
    expect(await explainUser(user)).toMatchObject({
      verdict: 'DEACTIVATED_BY_PROVIDER',
      evidence: [{ actor: 'Okta', requestId: request }, { kind: 'REQUEST' }],
    });
    await scim('gone', 'DELETE', `/Users/${user}`);
    expect(await explainUser(user)).toMatchObject({ verdict: 'DEPROVISIONED' });
    await eraseUser(acme, user);
    expect(await explainUser(user)).toMatchObject({ verdict: 'ERASED' });
    const other = await pushUser(acme);
    await asAdmin(`update users set active = false, deactivated_by = 'admin' where id = '${other}'`);
    expect(await explainUser(other)).toMatchObject({
      verdict: 'DEACTIVATED_BY_ADMIN',
      evidence: [{ kind: 'ATTRIBUTE', actor: 'Operator' }],
    });
  });
});
