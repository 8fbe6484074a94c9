import { workerContext } from '../../workers/context.js';
import { settleGroup } from '../../workers/membership.worker.js';
import { eraseUser, patch, pushGroup, pushUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;
let anna: string;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization({ provider: 'okta' });
  anna = await pushUser(acme, 'anna');
});
afterAll(() => product.close());

const EXPLAIN = `query ($userId: ID!, $groupId: ID!) {
  explainMembership(userId: $userId, groupId: $groupId) { verdict sentence evidence { kind at actor sentence requestId } }
}`;

async function explain(userId: string, groupId: string) {
  const { body } = await acme.graphql(EXPLAIN, { userId, groupId });
  expect(body.errors).toBeUndefined();
  return body.data.explainMembership;
}

/** Sends it and returns the request id that the answer quotes. */
async function scim(method: string, path: string, body?: unknown, status = 204): Promise<string> {
  const answer = await acme.scim(method, path, body);
  expect(answer.status).toBe(status);
  return String(answer.headers['x-request-id']);
}

const add = (...ids: string[]) =>
  patch({ op: 'add', path: 'members', value: ids.map((value) => ({ value })) });
const remove = (id: string) => patch({ op: 'remove', path: `members[value eq "${id}"]` });
const active = (value: boolean) => patch({ op: 'replace', path: 'active', value });
const apply = (groupId: string) =>
  settleGroup(
    workerContext(product.database, 'membership', { organizationId: acme.id, requestId: 'w' }),
    groupId,
  );

/** Refused requests are logged after the answer, in batches. */
async function eventually<T>(read: () => Promise<T>, isDone: (value: T) => boolean): Promise<T> {
  for (const deadline = Date.now() + 30_000; ; ) {
    const value = await read();
    if (isDone(value) || Date.now() > deadline) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** What an administrator's command does to the row, as one. */
const asAdmin = (statement: string) =>
  product.sql(
    `select set_config('app.actor_kind', 'operator', true), set_config('app.actor_id', 'x', true); ${statement}`,
  );

describe('explainMembership', () => {
  it('ADD_PENDING, then MEMBER, then REMOVAL_PENDING, then REMOVED: by which request', async () => {
    const group = await pushGroup(acme);
    const asked = await scim('PATCH', `/Groups/${group}`, add(anna));
    const pending = await explain(anna, group);
    expect(pending).toMatchObject({
      verdict: 'ADD_PENDING',
      evidence: [
        { kind: 'MEMBERSHIP', actor: 'Okta', requestId: asked },
        { kind: 'REQUEST', requestId: asked },
      ],
    });
    expect(pending.sentence).toMatch(
      /accepted at 20\d\d-.* UTC by request .* is not in effect yet: 0 other changes/,
    );
    await apply(group);
    const member = await explain(anna, group);
    expect(member).toMatchObject({
      verdict: 'MEMBER',
      evidence: [{ kind: 'MEMBERSHIP', requestId: asked }, { kind: 'REQUEST' }],
    });
    expect(member.sentence).toContain(`because request ${asked} at`);
    const taken = await scim('PATCH', `/Groups/${group}`, remove(anna));
    expect(await explain(anna, group)).toMatchObject({
      verdict: 'REMOVAL_PENDING',
      evidence: [{ requestId: taken }, {}],
    });
    await apply(group);
    const removed = await explain(anna, group);
    expect(removed).toMatchObject({
      verdict: 'REMOVED',
      evidence: [
        { kind: 'MEMBERSHIP_EVENT', actor: 'Okta', requestId: taken },
        { kind: 'REQUEST', requestId: taken },
      ],
    });
    expect(removed.sentence).toMatch(/^Removed from '.*' at .* by Okta \(request/);
  });

  it('ADD_PENDING tells how many changes are before it', async () => {
    const [first, second] = [await pushGroup(acme), await pushGroup(acme)];
    const people = [await pushUser(acme), await pushUser(acme)];
    await scim('PATCH', `/Groups/${first}`, add(...people));
    await scim('PATCH', `/Groups/${second}`, add(anna));
    expect((await explain(anna, second)).sentence).toContain('2 other changes');
    await Promise.all([apply(first), apply(second)]);
  });

  it('REMOVED: taken back before it was in effect', async () => {
    const group = await pushGroup(acme, undefined, [anna]);
    const taken = await scim('PATCH', `/Groups/${group}`, remove(anna));
    expect(await explain(anna, group)).toMatchObject({
      verdict: 'REMOVED',
      evidence: [
        { kind: 'MEMBERSHIP_EVENT', requestId: taken, sentence: expect.stringContaining('taken back') },
        {},
      ],
    });
  });

  it('PERSON_DEACTIVATED_BY_PROVIDER, and after coming back REMOVED by that request (B19)', async () => {
    const user = await pushUser(acme);
    const group = await pushGroup(acme, undefined, [user]);
    await apply(group);
    const request = await scim('PATCH', `/Users/${user}`, active(false), 200);
    const ended = await explain(user, group);
    expect(ended.verdict).toBe('PERSON_DEACTIVATED_BY_PROVIDER');
    expect(ended.sentence).toMatch(/Deactivated by the identity provider \(Okta\) since/);
    expect(ended.evidence).toContainEqual(expect.objectContaining({ kind: 'REQUEST', requestId: request }));
    expect(ended.evidence).toContainEqual(
      expect.objectContaining({ kind: 'MEMBERSHIP_EVENT', requestId: request }),
    );
    await scim('PATCH', `/Users/${user}`, active(true), 200);
    const back = await explain(user, group);
    expect(back.verdict).toBe('REMOVED');
    expect(back.sentence).toContain('groups are not restored');
  });

  it('PERSON_DEACTIVATED_BY_ADMIN, PERSON_DEPROVISIONED and PERSON_ERASED', async () => {
    const user = await pushUser(acme);
    const group = await pushGroup(acme);
    await asAdmin(`update users set active = false, deactivated_by = 'admin' where id = '${user}'`);
    expect(await explain(user, group)).toMatchObject({
      verdict: 'PERSON_DEACTIVATED_BY_ADMIN',
      sentence: expect.stringContaining('(Operator)'),
    });
    const request = await scim('DELETE', `/Users/${user}`);
    expect(await explain(user, group)).toMatchObject({
      verdict: 'PERSON_DEPROVISIONED',
      evidence: [{ kind: 'ATTRIBUTE', requestId: request }, {}, {}],
    });
    await eraseUser(acme, user);
    expect(await explain(user, group)).toMatchObject({ verdict: 'PERSON_ERASED' });
  });

  it('ADD_REFUSED: with the row of the log that says why', async () => {
    const group = await pushGroup(acme);
    const nobody = '01890000-0000-7000-8000-000000000000';
    const request = await scim('PATCH', `/Groups/${group}`, add(anna, nobody), 404);
    const refused = await eventually(
      () => explain(anna, group),
      ({ verdict }) => verdict === 'ADD_REFUSED',
    );
    expect(refused).toMatchObject({
      verdict: 'ADD_REFUSED',
      evidence: [{ kind: 'REQUEST', requestId: request }],
    });
    expect(refused.sentence).toContain(nobody);
  });

  it('ADD_REFUSED: left out because deactivated at that time', async () => {
    const user = await pushUser(acme);
    const group = await pushGroup(acme);
    await scim('PATCH', `/Users/${user}`, active(false), 200);
    const request = await scim('PATCH', `/Groups/${group}`, add(user, anna));
    await scim('PATCH', `/Users/${user}`, active(true), 200);
    const refused = await explain(user, group);
    expect(refused).toMatchObject({
      verdict: 'ADD_REFUSED',
      evidence: [{ kind: 'MEMBERSHIP_EVENT', requestId: request }, {}],
    });
    expect(refused.sentence).toContain('while they were deactivated');
  });

  it('NESTED_GROUP_IGNORED (B29)', async () => {
    const inner = await pushGroup(acme, undefined, [anna]);
    const outer = await pushGroup(acme);
    const request = await scim(
      'PATCH',
      `/Groups/${outer}`,
      patch({ op: 'add', path: 'members', value: [{ value: inner, type: 'Group' }] }),
    );
    const explained = await explain(anna, outer);
    expect(explained).toMatchObject({
      verdict: 'NESTED_GROUP_IGNORED',
      evidence: [{ kind: 'REQUEST', requestId: request }],
    });
    const log = await acme.graphql(
      `{ provisioningLog(filter: {requestId: "${request}"}) { edges { node { outcome ignored } } } }`,
    );
    expect(log.body.data.provisioningLog.edges[0].node).toEqual({
      outcome: 'IGNORED_PARTS',
      ignored: [`members: the group ${inner}`],
    });
  });

  it('GROUP_NEVER_PUSHED, then NOT_SENT with the last request for both', async () => {
    const group = await pushGroup(acme);
    expect(await explain(anna, group)).toMatchObject({ verdict: 'GROUP_NEVER_PUSHED' });
    const user = await pushUser(acme);
    const ofGroup = await scim('PATCH', `/Groups/${group}`, add(user));
    const ofPerson = await scim(
      'PATCH',
      `/Users/${anna}`,
      patch({ op: 'replace', path: 'title', value: 'Dr.' }),
      200,
    );
    const explained = await explain(anna, group);
    expect(explained).toMatchObject({
      verdict: 'NOT_SENT',
      evidence: [{ requestId: ofGroup }, { requestId: ofPerson }],
    });
    expect(explained.sentence).toContain(ofGroup);
    expect(explained.sentence).toContain(ofPerson);
  });

  it('GROUP_NOT_MANAGED, GROUP_NO_LONGER_PUSHED and NEVER_PROVISIONED', async () => {
    const made = await acme.graphql('mutation { createGroup(input: {displayName: "Made here"}) { id } }');
    expect(await explain(anna, made.body.data.createGroup.id)).toMatchObject({
      verdict: 'GROUP_NOT_MANAGED',
    });
    const group = await pushGroup(acme, 'Kept');
    expect(await explain(acme.ownerId, group)).toMatchObject({ verdict: 'NEVER_PROVISIONED' });
    await product.sql(
      `insert into memberships (organization_id, group_id, user_id, state, applied_at) values ($1, $2, $3, 'active', now())`,
      [acme.id, group, acme.ownerId],
    );
    const request = await scim('DELETE', `/Groups/${group}`);
    expect(await explain(anna, group)).toMatchObject({
      verdict: 'GROUP_NO_LONGER_PUSHED',
      evidence: [{ requestId: request }],
    });
  });

  it('a person or group that is nobody is NOT_FOUND, and only administrators ask', async () => {
    for (const ids of [
      { userId: anna, groupId: 'x' },
      { userId: 'x', groupId: anna },
      { userId: anna, groupId: anna },
    ]) {
      expect((await acme.graphql(EXPLAIN, ids)).body.errors[0].extensions.code).toBe('NOT_FOUND');
    }
    const asked = await acme.graphql(
      EXPLAIN,
      { userId: anna, groupId: anna },
      await acme.issueToken('group_admin'),
    );
    expect(asked.body.errors[0].extensions.code).toBe('FORBIDDEN');
  });
});
