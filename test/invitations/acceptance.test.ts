import { verifyPassword } from '../../src/access/password.js';
import { acceptInvitation } from '../../src/invitations/accept-invitation.js';
import type { Context } from '../../src/kernel/context.js';
import { VISITOR_PERMISSIONS } from '../../src/kernel/permissions.js';
import { linkToken, organizationOfLink } from '../../src/mail/links.js';
import { newUser, patch, pushUser } from '../support/people.js';
import {
  startProduct,
  TEST_SECRET_KEY,
  type TestOrganization,
  type TestProduct,
} from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
});
beforeEach(async () => {
  acme = await product.organization();
});
afterAll(() => product.close());

const PASSWORD = 'correct horse battery';
const CLIENT = '198.51.100.1';

async function invite(input: Record<string, unknown>, token?: string): Promise<string> {
  const document = 'mutation ($input: InviteUserInput!) { inviteUser(input: $input) { id } }';
  const answer = await acme.graphql(document, { input }, token);
  expect(answer.body.errors).toBeUndefined();
  return answer.body.data.inviteUser.id;
}

const linkOf = async (invitationId: string): Promise<string> =>
  (await product.sql<{ link_id: string }>('select link_id from invitations where id = $1', [invitationId]))[0]
    ?.link_id ?? '';

/** What stands in the latest mail of the invitation. */
const tokenOf = async (invitationId: string): Promise<string> =>
  linkToken(TEST_SECRET_KEY, 'invitation', await linkOf(invitationId));

const visitor = (organization = acme): Context => ({
  ...organization.context,
  actor: { kind: 'visitor', id: 'visitor' },
  permissions: new Set(VISITOR_PERMISSIONS),
});

const accept = (token: string, organization = acme, client = CLIENT) =>
  acceptInvitation(visitor(organization), {
    token,
    givenName: 'Ada',
    familyName: 'Lovelace',
    password: PASSWORD,
    client,
  }).then(
    (accepted) => ({ ...accepted, code: 'ACCEPTED' }),
    (error) => ({ code: error.code as string, field: error.field, userId: '', role: '', managed: false }),
  );

const stateOf = async (id: string) =>
  (await acme.graphql('query ($id: ID!) { invitation(id: $id) { state } }', { id })).body.data.invitation
    .state;

const person = async (id: string) =>
  (
    await product.sql(
      `select u.email, u.given_name, u.family_name, u.role, u.active,
         array(select m.group_id || ' ' || m.state from memberships m where m.user_id = u.id order by 1) as groups,
         array(select c.course_id from user_courses c where c.user_id = u.id order by 1) as courses,
         (select p.hash from passwords p where p.user_id = u.id) as hash
       from users u where u.id = $1`,
      [id],
    )
  )[0];

const makeGroup = async (displayName: string): Promise<string> =>
  (
    await acme.graphql('mutation ($input: CreateGroupInput!) { createGroup(input: $input) { id } }', {
      input: { displayName },
    })
  ).body.data.createGroup.id;

describe('acceptInvitation (B34)', () => {
  it('makes the person with names, password, role, groups and courses, all at once', async () => {
    const group = await makeGroup('North');
    const id = await invite({
      email: 'Ada@People.example',
      role: 'ADMIN',
      groupIds: [group],
      courses: [{ id: 'c-1', name: 'First aid' }],
    });
    const { code, userId } = await accept(await tokenOf(id));
    expect(code).toBe('ACCEPTED');
    const row = await person(userId);
    expect(row).toMatchObject({
      email: 'Ada@People.example',
      given_name: 'Ada',
      family_name: 'Lovelace',
      role: 'admin',
      active: true,
      groups: [`${group} active`],
      courses: ['c-1'],
    });
    expect(await verifyPassword(PASSWORD, row?.hash)).toBe(true);
    expect(await stateOf(id)).toBe('ACCEPTED');
    const audit = await product.sql(`select details from audit_log where action = 'invitation.accepted'`);
    expect(JSON.stringify(audit)).not.toMatch(/ada|lovelace/i);
  });

  it('abuse 23: of 200 parallel uses of one link exactly one succeeds, and there is one person', async () => {
    const id = await invite({ email: 'race@people.example' });
    const token = await tokenOf(id);
    const codes = await Promise.all(
      Array.from({ length: 200 }, async (_, n) => (await accept(token, acme, `198.51.100.${n}`)).code),
    );
    expect(codes.filter((code) => code === 'ACCEPTED')).toHaveLength(1);
    // Used up, or turned away because too many passwords wait to be hashed.
    expect(codes.filter((code) => !['ACCEPTED', 'NOT_FOUND', 'UNAVAILABLE'].includes(code))).toEqual([]);
    const people = await product.sql(`select from users where email_key = 'race@people.example'`);
    expect(people).toHaveLength(1);
  }, 120_000);

  it('abuse 23: in the last seconds yes, afterwards no, by the clock of the database', async () => {
    const early = await invite({ email: 'early@people.example' });
    await product.sql(`update links set expires_at = now() + interval '20 seconds' where id = $1`, [
      await linkOf(early),
    ]);
    const late = await invite({ email: 'late@people.example' });
    await product.sql('update links set expires_at = now() where id = $1', [await linkOf(late)]);
    const [inTime, tooLate] = [await accept(await tokenOf(early)), await accept(await tokenOf(late))];
    expect([inTime.code, tooLate.code]).toEqual(['ACCEPTED', 'NOT_FOUND']);

    const over = await invite({ email: 'over@people.example' });
    await product.sql('update invitations set expires_at = now() where id = $1', [over]);
    expect((await accept(await tokenOf(over))).code).toBe('NOT_FOUND');
    expect(await stateOf(over)).toBe('EXPIRED');
  });

  it('abuse 23: a link that is forged, of another purpose, of another organization or used opens nothing', async () => {
    const id = await invite({ email: 'grace@people.example' });
    const token = await tokenOf(id);
    const link = await linkOf(id);
    const other = await product.organization();
    const forged = [
      '',
      'x',
      token.slice(0, -1),
      `${token}x`,
      `${token}.x`,
      link,
      `${Buffer.from(link).toString('base64url')}.`,
      linkToken('another key of at least 32 characters', 'invitation', link),
      linkToken(TEST_SECRET_KEY, 'verification', link),
      linkToken(TEST_SECRET_KEY, 'invitation', '01890000-0000-7000-8000-000000000000'),
    ];
    for (const one of forged) expect((await accept(one)).code).toBe('NOT_FOUND');
    expect((await accept(token, other)).code).toBe('NOT_FOUND');
    expect(await organizationOfLink(product.database, 'invitation', token)).toBe(acme.id);
    expect(await organizationOfLink(product.database, 'verification', token)).toBeUndefined();
    expect((await accept(token)).code).toBe('ACCEPTED');
    expect((await accept(token)).code).toBe('NOT_FOUND');
  });

  it('looking changes nothing: a scanner may follow the link as often as it likes', async () => {
    const id = await invite({ email: 'scanned@people.example' });
    const url = `/signin/invitation/${await tokenOf(id)}`;
    for (let look = 0; look < 3; look += 1) {
      const answer = await product.app.inject({ url, headers: { host: 'evil.example' } });
      expect(answer.statusCode).toBe(200);
      expect(answer.body).not.toContain('evil.example');
    }
    const form = {
      method: 'POST' as const,
      url,
      headers: {
        host: '127.0.0.1:4000',
        origin: 'http://127.0.0.1:4000',
        'content-type': 'application/x-www-form-urlencoded',
      },
      payload: new URLSearchParams({ givenName: 'Ada', familyName: 'L', password: PASSWORD }).toString(),
    };
    expect((await product.app.inject(form)).statusCode).toBe(200);
    expect(await stateOf(id)).toBe('ACCEPTED');
    expect((await product.app.inject(form)).statusCode).toBe(410);
    expect((await product.app.inject({ url })).statusCode).toBe(410);
  });
});

describe('the odd cases of an invitation (B34)', () => {
  it('a role that whoever invited has no more is not given: demoted, deactivated, token revoked', async () => {
    const tokens = [];
    for (const name of ['demoted', 'gone', 'same']) {
      const [row] = await product.sql<{ id: string }>(
        `insert into users (organization_id, id, email, email_key, role)
         values ($1, gen_random_uuid(), $2, $2, 'admin') returning id`,
        [acme.id, `${name}@people.example`],
      );
      const issued = await acme.graphql(
        'mutation ($userId: ID!) { issueApiToken(userId: $userId) { token } }',
        {
          userId: row?.id,
        },
      );
      tokens.push({ name, id: row?.id, token: issued.body.data.issueApiToken.token });
    }
    const invitations = [];
    for (const { name, token } of tokens) {
      invitations.push(await invite({ email: `by-${name}@people.example`, role: 'ADMIN' }, token));
    }
    await product.sql(`update users set role = 'user' where id = $1`, [tokens[0]?.id]);
    await acme.graphql('mutation ($id: ID!) { deactivateUser(id: $id) { id } }', { id: tokens[1]?.id });
    const roles = [];
    for (const id of invitations) roles.push((await accept(await tokenOf(id))).role);
    expect(roles).toEqual(['user', 'user', 'admin']);

    const service = await acme.graphql('mutation { issueApiToken(role: ADMIN) { id token } }');
    const { id: tokenId, token } = service.body.data.issueApiToken;
    const byService = await invite({ email: 'by-service@people.example', role: 'ADMIN' }, token);
    await acme.graphql('mutation ($id: ID!) { revokeApiToken(id: $id) }', { id: tokenId });
    expect((await accept(await tokenOf(byService))).role).toBe('user');
  });

  it('a group that was deleted meanwhile is left out', async () => {
    const [kept, deleted] = [await makeGroup('Kept'), await makeGroup('Deleted')];
    const id = await invite({ email: 'cy@people.example', groupIds: [deleted, kept] });
    await acme.graphql('mutation ($id: ID!) { deleteGroup(id: $id) }', { id: deleted });
    const { userId } = await accept(await tokenOf(id));
    expect(await person(userId)).toMatchObject({ groups: [`${kept} active`] });
  });

  it('somebody who accepted is met by the next invitation: same person, password and names kept, role only rises', async () => {
    const [north, south] = [await makeGroup('North'), await makeGroup('South')];
    const first = await invite({ email: 'dee@people.example', role: 'ADMIN', groupIds: [north] });
    const { userId } = await accept(await tokenOf(first));
    const { hash } = (await person(userId)) ?? {};
    const second = await invite({ email: 'DEE@people.example', groupIds: [south] });
    const again = await acceptInvitation(visitor(), {
      token: await tokenOf(second),
      givenName: 'Somebody',
      familyName: 'Else',
      password: 'another password',
      client: CLIENT,
    });
    expect(again.userId).toBe(userId);
    expect(await person(userId)).toMatchObject({
      given_name: 'Ada',
      role: 'admin',
      groups: [`${north} active`, `${south} active`].sort(),
      hash,
    });
  });

  it('an invitation never opens the account of somebody with more power (abuse 3)', async () => {
    const id = await invite({ email: `owner@${acme.slug}.example` });
    expect((await accept(await tokenOf(id))).code).toBe('ACCEPTED');
    expect(await person(acme.ownerId)).toMatchObject({ role: 'owner', hash: null });
  });

  it('someone whose access ended is not brought back by a link', async () => {
    const id = await invite({ email: 'eve@people.example' });
    const { userId } = await accept(await tokenOf(id));
    const next = await invite({ email: 'eve@people.example', role: 'ADMIN' });
    const token = await tokenOf(next);
    await acme.graphql('mutation ($id: ID!) { deactivateUser(id: $id) { id } }', { id: userId });
    expect(await stateOf(next)).toBe('REVOKED');
    expect((await accept(token)).code).toBe('NOT_FOUND');
    const late = await invite({ email: 'eve@people.example' });
    expect((await accept(await tokenOf(late))).code).toBe('CONFLICT');
    expect(await person(userId)).toMatchObject({ active: false, groups: [] });
  });

  it('someone provisioned by SCIM gets no mail and no link, and one who is provisioned meanwhile keeps their provider', async () => {
    await pushUser(acme, 'known');
    const id = await invite({ email: 'known@people.example' });
    expect(await linkOf(id)).toBe('');
    expect(await product.sql('select from mails where subject_id = $1', [id])).toHaveLength(0);
    const again = await acme.graphql('mutation ($id: ID!) { resendInvitation(id: $id) { state } }', { id });
    expect(again.body.data.resendInvitation.state).toBe('PENDING');
    expect(await product.sql('select from mails where subject_id = $1', [id])).toHaveLength(0);

    const open = await invite({ email: 'meanwhile@people.example' });
    const token = await tokenOf(open);
    const { id: userId } = (await acme.scim('POST', '/Users', newUser('meanwhile', { active: false }))).body;
    await acme.scim('PATCH', `/Users/${userId}`, patch({ op: 'replace', path: 'active', value: true }));
    expect(await stateOf(open)).toBe('CONSUMED');
    expect((await accept(token)).code).toBe('NOT_FOUND');
  });
});
