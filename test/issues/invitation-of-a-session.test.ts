import { randomUUID } from 'node:crypto';
import { applyInvitationBatch } from '../../src/invitations/apply-invitation-batch.js';
import { inviteUser } from '../../src/invitations/invite-user.js';
import type { Context } from '../../src/kernel/context.js';
import { ROLE_PERMISSIONS, WORKER_PERMISSIONS } from '../../src/kernel/permissions.js';
import { linkToken } from '../../src/mail/links.js';
import { mailsOf } from '../signin/pages.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
});
beforeEach(async () => {
  acme = await product.organization();
});
afterAll(() => product.close());

/** An admin at their dashboard: the session is what the invitation names. */
async function admin(): Promise<{ id: string; context: Context }> {
  const [row] = await product.sql<{ id: string; session: string }>(
    `with boss as (insert into users (organization_id, id, email, email_key, role)
       values ($1, gen_random_uuid(), $2, $2, 'admin') returning id)
     insert into sessions (organization_id, id, user_id, method, role, lookup_id, secret_hash, expires_at)
     select $1, gen_random_uuid(), id, 'password', 'admin', $2, '', now() + interval '1 hour' from boss
     returning user_id as id, id as session`,
    [acme.id, `boss-${randomUUID()}@people.example`],
  );
  const { id = '', session = '' } = row ?? {};
  return {
    id,
    context: {
      ...acme.context,
      actor: { kind: 'session', id: session, role: 'admin', userId: id },
      permissions: new Set(ROLE_PERMISSIONS.admin),
    },
  };
}

async function accept(): Promise<void> {
  const mail = (await mailsOf(product, acme)).at(-1);
  const token = linkToken(product.database.secretKey, 'invitation', mail?.values.linkId ?? '');
  const input = { token, givenName: 'Ada', familyName: 'Lovelace', password: 'correct horse battery' };
  const answer = await product.app.inject({
    method: 'POST',
    url: '/graphql',
    payload: {
      query: 'mutation ($input: NewcomerInput!) { acceptInvitation(input: $input) { signsInAtProvider } }',
      variables: { input },
    },
  });
  expect(answer.json().errors).toBeUndefined();
}

const roleOf = async (email: string) =>
  (
    await product.sql<{ role: string }>(
      'select role from users where organization_id = $1 and email_key = $2',
      [acme.id, email],
    )
  )[0]?.role;

it('B33: the role an admin promised at their dashboard is given, also when the session has ended meanwhile', async () => {
  const boss = await admin();
  await inviteUser(boss.context, { email: 'ada@people.example', role: 'admin' });
  await product.sql(
    `update sessions set ended_at = now(), ended_because = 'signed out' where organization_id = $1`,
    [acme.id],
  );
  await accept();
  expect(await roleOf('ada@people.example')).toBe('admin');
});

it('B33: and it is not, once they are deactivated or lost the role', async () => {
  for (const [email, sets] of [
    ['one@people.example', `active = false, deactivated_by = 'admin'`],
    ['two@people.example', `role = 'user'`],
  ] as const) {
    const boss = await admin();
    await inviteUser(boss.context, { email, role: 'admin' });
    await product.sql(`update users set ${sets} where id = $1`, [boss.id]);
    await accept();
    expect(await roleOf(email)).toBe('user');
  }
});

it('B33: a batch of invitations goes no further once whoever asked may not invite any more', async () => {
  const { body } = await acme.graphql('mutation { issueApiToken(role: ADMIN) { id token } }');
  const { id, token } = body.data.issueApiToken;
  const emails = Array.from({ length: 600 }, (_, n) => `crew${n}@people.example`);
  const asked = await acme.graphql(
    'mutation ($input: InviteUsersInput!) { inviteUsers(input: $input) { id } }',
    { input: { emails } },
    token,
  );
  const batch = asked.body.data.inviteUsers.id;
  const worker: Context = {
    ...acme.context,
    actor: { kind: 'worker', id: 'worker' },
    permissions: new Set(WORKER_PERMISSIONS),
  };
  expect(await applyInvitationBatch(worker, { id: batch })).toMatchObject({ done: 500, more: true });
  await acme.graphql(`mutation { revokeApiToken(id: "${id}") }`);
  expect(await applyInvitationBatch(worker, { id: batch })).toMatchObject({
    done: 0,
    failed: 100,
    more: false,
  });
  const shown = await acme.graphql(
    'query ($id: ID!) { invitationBatch(id: $id) { state done failed failures(first: 1) { reason } } }',
    { id: batch },
  );
  expect(shown.body.data.invitationBatch).toEqual({
    state: 'DONE',
    done: 500,
    failed: 100,
    failures: [{ reason: 'FORBIDDEN' }],
  });
  expect(await mailsOf(product, acme)).toHaveLength(500);
});
