import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { enter } from '../../src/access/sign-in/outcome.js';
import { SignInRefusal } from '../../src/access/sign-in-refusal.js';
import { operatorContext } from '../../src/cli/operator.js';
import { acceptInvitation } from '../../src/invitations/accept-invitation.js';
import { invitedPerson } from '../../src/invitations/invitations.queries.js';
import { DomainError } from '../../src/kernel/errors.js';
import { command } from '../../src/kernel/operation.js';
import { licenseSettings } from '../../src/licensing/seat-pool.js';
import { linkToken } from '../../src/mail/links.js';
import { updatePlan } from '../../src/organizations/update-plan.js';
import { lockedUser } from '../licensing/seats.js';
import { TEST_SECRET_KEY, type TestOrganization, type TestProduct } from '../support/product.js';
import { GROUP_FIELDS, type GraphqlDoor, type Said, USER_FIELDS } from './graphql-door.js';
import type { Op } from './ops.js';
import type { FakeQueue } from './queue.js';

/** What administrators, members and workers do: mutations, pages and jobs. */
export class Inside {
  constructor(
    private readonly product: TestProduct,
    private readonly organization: TestOrganization,
    private readonly door: GraphqlDoor,
    private readonly queue: FakeQueue,
  ) {}

  async send(op: Op): Promise<Said> {
    const { database } = this.product;
    const { context } = this.organization;
    switch (op.kind) {
      case 'createGroup':
        return this.door.mutate(
          'createGroup',
          'CreateGroupInput',
          { displayName: op.displayName },
          GROUP_FIELDS,
        );
      case 'updateGroup': {
        const { id, displayName, add, remove, expected: expectedVersion } = op;
        const change = { id, displayName, addUserIds: add, removeUserIds: remove, expectedVersion };
        return this.door.mutate('updateGroup', 'UpdateGroupInput', change, GROUP_FIELDS);
      }
      case 'addGroupMembers':
      case 'removeGroupMembers':
        return this.door.mutate(
          op.kind,
          'GroupMembersInput',
          { groupId: op.id, userIds: op.ids },
          GROUP_FIELDS,
          'group',
        );
      case 'deleteGroup':
        return this.door.call('deleteGroup', '$id: ID!, $v: Int', 'id: $id, expectedVersion: $v', {
          id: op.id,
          v: op.expected,
        });
      case 'updateUser':
        return this.door.mutate(
          'updateUser',
          'UpdateUserInput',
          { id: op.id, title: op.title, expectedVersion: op.expected },
          USER_FIELDS,
        );
      case 'deactivateUser':
      case 'reactivateUser':
        return this.door.call(op.kind, '$id: ID!', 'id: $id', { id: op.id }, USER_FIELDS);
      case 'releaseUser':
        return this.door.mutate('releaseUser', 'ReleaseUserInput', { userId: op.id }, USER_FIELDS, 'user');
      case 'eraseUser': {
        const [row] = await this.product.sql<{ name: string }>(
          'select coalesce(user_name, email) as name from users where id = $1',
          [op.id],
        );
        return this.door.mutate(
          'eraseUser',
          'EraseUserInput',
          { userId: op.id, confirmation: row?.name ?? 'nobody' },
          'id',
        );
      }
      case 'changeUserRole': {
        const { id, role, expected: expectedVersion } = op;
        return this.door.mutate(
          'changeUserRole',
          'ChangeUserRoleInput',
          { id, role: role.toUpperCase(), expectedVersion },
          USER_FIELDS,
        );
      }
      case 'inviteUser': {
        const { email, role, groups } = op;
        return this.door.mutate(
          'inviteUser',
          'InviteUserInput',
          { email, role: role.toUpperCase(), groupIds: groups },
          'id state',
        );
      }
      case 'revokeInvitation':
        return this.door.call('revokeInvitation', '$id: ID!', 'id: $id', { id: op.id }, 'id');
      case 'readInvitation': {
        const token = await this.linkOf(op.id);
        const visitor = { ...context, permissions: new Set(['access:request'] as const) };
        return refusing(async () => {
          const seen = [await invitedPerson(visitor, { token }), await invitedPerson(visitor, { token })];
          return { code: 'ok', view: { same: seen[0]?.email === seen[1]?.email } };
        });
      }
      case 'acceptInvitation': {
        const token = await this.linkOf(op.id);
        const who = {
          givenName: 'New',
          familyName: 'Person',
          password: 'a password for models',
          client: '192.0.2.1',
        };
        return refusing(async () => {
          const { userId, role } = await acceptInvitation(
            { ...context, permissions: new Set(['access:request']) },
            { token, ...who },
          );
          return { code: 'ok', id: userId, view: { userId, role } };
        });
      }
      case 'invitationIsOver':
        await this.product.sql(
          `update invitations set expires_at = now() - interval '1 second' where id = $1 and state = 'pending'`,
          [op.id],
        );
        return { code: 'ok' };
      case 'signIn':
        return refusing(async () => {
          await signIn(context, { userId: op.id });
          return { code: 'ok' };
        });
      case 'assignLicense':
        return this.door.mutate(
          'assignLicense',
          'AssignLicenseInput',
          { userId: op.id, license: 'STANDARD' },
          'id',
        );
      case 'giveBackLicense':
        return this.door.call('giveBackLicense', '$id: ID!', 'userId: $id', { id: op.id }, 'id');
      case 'setSeats':
        return refusing(async () => {
          await updatePlan(operatorContext(database, this.organization.id), { seats: op.seats });
          return { code: 'ok' };
        });
      case 'applyGroup':
        await this.queue.handle('membership', {
          organizationId: this.organization.id,
          ids: { groupId: op.id },
          requestId: 'model',
        });
        return { code: 'ok' };
      case 'settle':
        await this.queue.drain();
        return { code: 'ok' };
      default:
        throw new Error(`No door for ${op.kind}.`);
    }
  }

  private async linkOf(id: string): Promise<string> {
    const [row] = await this.product.sql<{ link_id: string | null }>(
      'select link_id from invitations where id = $1',
      [id],
    );
    return linkToken(TEST_SECRET_KEY, 'invitation', row?.link_id ?? randomUUID());
  }
}

/** The step a sign-in takes once the proof was accepted: the license and the session. */
const signIn = command({
  permission: 'access:request',
  input: z.object({ userId: z.string() }),
  audit: () => undefined,
  run: async (tx, { userId }) =>
    enter(tx, {
      user: await lockedUser(tx, userId),
      licenses: await licenseSettings(tx),
      connectionId: null,
      method: 'password',
      device: { address: '', agent: '' },
      returnPath: '',
    }),
});

async function refusing(work: () => Promise<Said>): Promise<Said> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DomainError) return { code: error.code, view: { message: error.message } };
    if (error instanceof SignInRefusal) return { code: 'LIMIT_EXCEEDED' };
    throw error;
  }
}
