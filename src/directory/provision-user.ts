import { z } from 'zod';
import { command } from '../kernel/operation.js';
import { requireActiveConnection } from './active-connection.js';
import { settled } from './addresses.js';
import { adoptUser, ordinaryPersonAt } from './adopt-user.js';
import { insertUser } from './insert-user.js';
import { linkPendingInvitation } from './link-invitation.js';
import { rememberLostAnswer } from './lost-answer.js';
import { changesBetween } from './record-change.js';
import type { UserGroup, UserRecord } from './shapes.js';
import { taken } from './user-constraints.js';
import { identityFrom, requireWhatProfileAsks, userAttributeSchemas } from './user-input.js';
import { groupsOfUsers, toUserRecord } from './user-rows.js';

export interface ProvisionedUser {
  user: UserRecord;
  groups: UserGroup[];
  /** Whether this person existed before and became managed by the connection (B15). */
  adopted: boolean;
  /** Whether this repeats a creation whose answer was lost, so that nothing changed (B16). */
  repeated: boolean;
  /** Whether this new person has the identity of one whose personal data was erased (B38). */
  wasErased: boolean;
}

const ProvisionUserInput = z.object({
  connectionId: z.string(),
  ...userAttributeSchemas,
  profile: userAttributeSchemas.profile.prefault({}),
  /** B16: whether the caller is known to be gone. Asked last, in the transaction, and remembered with the change. */
  isAnswerLost: z.custom<() => boolean>((f) => typeof f === 'function').optional(),
});

/**
 * Creates a person managed by a connection, or adopts the one who is already there (B13-B16). Takes no license. Links a
 * pending invitation. CONFLICT when the userName, e-mail or externalId belongs to someone who is provisioned, unless
 * this repeats a creation whose answer was lost (B16), or when they belong to different people.
 */
export const provisionUser = command({
  permission: 'provisioning:write',
  input: ProvisionUserInput,
  audit: (input, { user, adopted, repeated, wasErased }: ProvisionedUser) =>
    repeated
      ? undefined
      : {
          action: 'user.provisioned',
          target: user.id,
          details: { connectionId: input.connectionId, adopted, ...(wasErased && { wasErased }) },
        },
  constraints: {
    users_user_name_unique: (input) => taken('userName', input.userName),
    users_email_unique: (input) => taken('email', input.email),
    users_external_id_unique: (input) => taken('externalId', input.externalId ?? input.employeeNumber),
  },
  async run(tx, { connectionId, isAnswerLost, ...given }) {
    const profile = await requireActiveConnection(tx, connectionId);
    const sent = { ...given, externalId: identityFrom(profile, given.externalId, given.employeeNumber) };
    requireWhatProfileAsks(profile, sent);
    const attributes = { ...sent, ...settled(sent) };
    const provisioning = { connectionId, profile, attributes };
    const known = await ordinaryPersonAt(tx, provisioning);
    const created = known ? undefined : await insertUser(tx, provisioning);
    const existing = created ? undefined : await adoptUser(tx, provisioning);
    const row = created ?? existing?.row;
    if (!row) throw new Error('A person was neither created nor adopted.');
    const repeated = existing?.repeated ?? false;
    const wasErased = created?.was_erased ?? false;
    if (created)
      tx.record(row.id, { ...changesBetween(undefined, attributes), ...(wasErased && AFTER_ERASURE) });
    if (isAnswerLost?.()) await rememberLostAnswer(tx, connectionId, row.id, attributes);
    if (!created && row.active && !repeated) await linkPendingInvitation(tx, row.id, attributes.email);
    const groups = created ? [] : ((await groupsOfUsers(tx, tx.context, [row.id])).get(row.id) ?? []);
    return { user: toUserRecord(row), groups, adopted: !created && !repeated, repeated, wasErased };
  },
});

/** What the log says of somebody new who has the same identity as an erased person: nothing of that person's (B38). */
const AFTER_ERASURE = { sameIdentityAsErasedPerson: { before: null, after: true } };
