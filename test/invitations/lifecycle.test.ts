import { INVITATION_EVENTS, INVITATION_STATES } from '../../src/invitations/invitation-states.js';
import { newUser, pushUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { eventually } from '../workers/asynchronous.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct({ workers: true });
});
beforeEach(async () => {
  acme = await product.organization();
});
afterAll(() => product.close());

const INVITE =
  'mutation ($input: InviteUserInput!) { inviteUser(input: $input) { id state expiresAt createdAt } }';
const INVITE_MANY = `mutation ($input: InviteUsersInput!) {
  inviteUsers(input: $input) { id state total done failed } }`;
const BATCH = `query ($id: ID!) { invitationBatch(id: $id) {
  state total done failed finishedAt failures { position email reason message } } }`;

const invite = async (email: string, more: Record<string, unknown> = {}) => {
  const answer = await acme.graphql(INVITE, { input: { email, ...more } });
  return { code: answer.body.errors?.[0].extensions.code, ...answer.body.data?.inviteUser };
};

const act = async (event: 'resend' | 'revoke', id: string) => {
  const answer = await acme.graphql(
    `mutation ($id: ID!) { ${event}Invitation(id: $id) { state expiresAt endedAt } }`,
    { id },
  );
  return { code: answer.body.errors?.[0].extensions.code, ...answer.body.data?.[`${event}Invitation`] };
};

const row = async (id: string) =>
  (await product.sql('select state, link_id, ended_at, expires_at from invitations where id = $1', [id]))[0];

describe('the states of an invitation', () => {
  it('PostgreSQL lets through what the table of events has, and nothing else', async () => {
    const allowed = new Set(
      Object.values(INVITATION_EVENTS).flatMap(({ from, to }) => from.map((state) => `${state} -> ${to}`)),
    );
    const { id } = await invite('table@people.example');
    const user = await pushUser(acme);
    const found: string[] = [];
    for (const from of INVITATION_STATES) {
      for (const to of INVITATION_STATES) {
        await product.sql('alter table invitations disable trigger invitations_move_forward');
        await product.sql(
          `update invitations set state = $2, user_id = $3, consumed_at = now() where id = $1`,
          [id, from, user],
        );
        await product.sql('alter table invitations enable trigger invitations_move_forward');
        const moved = await product.sql('update invitations set state = $2 where id = $1', [id, to]).then(
          () => true,
          () => false,
        );
        if (moved && from !== to) found.push(`${from} -> ${to}`);
      }
    }
    const legal = [...allowed].filter((move) => move !== 'pending -> pending').sort();
    expect(found.sort()).toEqual(legal);
  });

  it('inviteUser takes explicit nulls, ends in 14 days by the clock of the database, and twice is a CONFLICT', async () => {
    const made = await invite('ada@people.example', { role: null, groupIds: null, courses: null });
    expect(made).toMatchObject({ code: undefined, state: 'PENDING' });
    expect(Date.parse(made.expiresAt) - Date.parse(made.createdAt)).toBe(14 * 24 * 3_600_000);
    expect((await invite('ADA@people.example')).code).toBe('CONFLICT');
  });

  it('revokeInvitation ends it, withdraws its mail and makes room for another one', async () => {
    const { id } = await invite('bo@people.example');
    expect(await act('revoke', id)).toMatchObject({ state: 'REVOKED', endedAt: expect.any(String) });
    const mails = await product.sql('select state from mails where subject_id = $1', [id]);
    expect(mails).toEqual([{ state: 'failed' }]);
    expect([(await act('revoke', id)).code, (await act('resend', id)).code]).toEqual([
      'CONFLICT',
      'CONFLICT',
    ]);
    expect((await invite('bo@people.example')).code).toBeUndefined();
    expect((await act('revoke', 'nonsense')).code).toBe('NOT_FOUND');
  });

  it('resendInvitation makes another link for another full time; one mail waits, not two', async () => {
    const { id } = await invite('cy@people.example');
    await product.sql(`update invitations set expires_at = now() + interval '1 hour' where id = $1`, [id]);
    const before = await row(id);
    expect(await act('resend', id)).toMatchObject({ state: 'PENDING' });
    const after = await row(id);
    expect(after?.link_id).not.toBe(before?.link_id);
    expect(Number(after?.expires_at) - Number(before?.expires_at)).toBeGreaterThan(13 * 24 * 3_600_000);
    const waiting = await product.sql(`select values from mails where subject_id = $1 and state = 'queued'`, [
      id,
    ]);
    expect(waiting).toEqual([{ values: { linkId: after?.link_id, hours: 336 } }]);
  });

  it('one whose time is over is EXPIRED at once, marked by the sweeper, and in nobody’s way', async () => {
    const { id } = await invite('dee@people.example');
    const { id: other } = await invite('dee-2@people.example');
    await product.sql('update invitations set expires_at = now() where id = any($1)', [[id, other]]);
    expect((await act('resend', id)).code).toBe('CONFLICT');
    const list = `query ($state: InvitationState) { invitations(state: $state) { totalCount edges { node { email state } } } }`;
    const expired = (await acme.graphql(list, { state: 'EXPIRED' })).body.data.invitations;
    expect(expired).toMatchObject({ totalCount: 2, edges: [{ node: { state: 'EXPIRED' } }, {}] });
    expect((await acme.graphql(list, { state: 'PENDING' })).body.data.invitations.totalCount).toBe(0);
    expect((await invite('dee@people.example')).code).toBeUndefined();
    await eventually('the sweeper marked it', async () => (await row(other))?.state === 'expired');
    expect((await row(other))?.ended_at).not.toBeNull();
  });

  it('SCIM consumes what is pending and in time, and nothing that is over (B14)', async () => {
    const { id } = await invite('eve@people.example');
    await product.sql('update invitations set expires_at = now() where id = $1', [id]);
    expect((await acme.scim('POST', '/Users', newUser('eve'))).status).toBe(201);
    const answer = await acme.graphql('query ($id: ID!) { invitation(id: $id) { state } }', { id });
    expect(answer.body.data.invitation.state).toBe('EXPIRED');
  });
});

describe('inviteUsers (B34)', () => {
  it('invites a list in the background, tells progress, and gives a reason for everyone who was not invited', async () => {
    await pushUser(acme, 'known');
    await invite('waiting@people.example');
    const emails = [
      ...Array.from({ length: 1_100 }, (_, index) => `crew-${index}@people.example`),
      'KNOWN@people.example',
      'waiting@people.example',
      'Crew-7@PEOPLE.example',
      'not an address',
      'a@approved.example@evil.example',
    ];
    const asked = await acme.graphql(INVITE_MANY, { input: { emails, courses: [{ id: 'c', name: 'C' }] } });
    expect(asked.body.data.inviteUsers).toMatchObject({ state: 'WAITING', total: 1_105, failed: 3 });
    const { id } = asked.body.data.inviteUsers;
    const batch = async () => (await acme.graphql(BATCH, { id })).body.data.invitationBatch;
    await eventually('it is done', async () => (await batch()).state === 'DONE');
    const { failures, ...progress } = await batch();
    expect(progress).toMatchObject({ total: 1_105, done: 1_100, failed: 5, finishedAt: expect.any(String) });
    expect(
      failures.map(({ position, reason }: { position: number; reason: string }) => [position, reason]),
    ).toEqual([
      [1_100, 'EXISTS'],
      [1_101, 'PENDING'],
      [1_102, 'DUPLICATE'],
      [1_103, 'BAD_ADDRESS'],
      [1_104, 'BAD_ADDRESS'],
    ]);
    const [counts] = await product.sql(
      `select count(*)::int as invitations, count(distinct m.recipient)::int as mails, count(distinct link_id)::int as links
       from invitations i join mails m on m.subject_id = i.id and m.values ->> 'linkId' = i.link_id::text
       where i.batch_id = $1 and i.state = 'pending'`,
      [id],
    );
    expect(counts).toEqual({ invitations: 1_100, mails: 1_100, links: 1_100 });
  }, 120_000);

  it('refuses the whole list for a role above the caller’s, a group that is not here, and more than 5,000', async () => {
    const admin = await acme.issueToken('admin');
    const cases = [
      { emails: ['a@people.example'], groupIds: ['01890000-0000-7000-8000-000000000000'] },
      { emails: [] },
      { emails: Array.from({ length: 5_001 }, (_, index) => `a${index}@x.example`) },
    ];
    const codes = [];
    for (const input of cases) {
      codes.push((await acme.graphql(INVITE_MANY, { input }, admin)).body.errors[0].extensions.code);
    }
    expect(codes).toEqual(['NOT_FOUND', 'INVALID_INPUT', 'INVALID_INPUT']);
    const user = await acme.issueToken('user');
    const refused = await acme.graphql(INVITE_MANY, { input: { emails: ['a@people.example'] } }, user);
    expect(refused.body.errors[0].extensions.code).toBe('FORBIDDEN');
    expect(await product.sql('select from invitation_batches where organization_id = $1', [acme.id])).toEqual(
      [],
    );
  });
});
