import { type RawBuilder, sql } from 'kysely';

/** The states of an invitation. It begins as `pending`; everything else is where it ends. */
export const INVITATION_STATES = ['pending', 'accepted', 'consumed', 'revoked', 'expired'] as const;
export type InvitationState = (typeof INVITATION_STATES)[number];

/** B34: how long an invitation can be used, by the clock of the database. */
const INVITATION_DAYS = 14;
/** The same in the unit of links. */
export const INVITATION_HOURS = INVITATION_DAYS * 24;

/**
 * What can happen to an invitation, from which states, and where it leads. Nothing leads back. PostgreSQL holds the same
 * table (migration 0027), so that a statement that forgets its condition fails instead of reviving an invitation.
 *
 * | event   | who                                   | from                      | to       |
 * |---------|---------------------------------------|---------------------------|----------|
 * | accept  | the invited person, by the link       | pending                   | accepted |
 * | consume | a provider that provisions the person | pending                   | consumed |
 * | revoke  | whoever may invite                    | pending                   | revoked  |
 * | expire  | the clock                             | pending                   | expired  |
 * | resend  | whoever may invite                    | pending                   | pending  |
 * | end     | whoever deactivates the person        | pending, consumed (*)     | revoked  |
 *
 * (*) while what it promised was not applied yet.
 */
export const INVITATION_EVENTS = {
  accept: { from: ['pending'], to: 'accepted' },
  consume: { from: ['pending'], to: 'consumed' },
  revoke: { from: ['pending'], to: 'revoked' },
  expire: { from: ['pending'], to: 'expired' },
  resend: { from: ['pending'], to: 'pending' },
  end: { from: ['pending', 'consumed'], to: 'revoked' },
} as const satisfies Record<string, { from: readonly InvitationState[]; to: InvitationState }>;
export type InvitationEvent = keyof typeof INVITATION_EVENTS;

/** The condition on `state` under which something can happen. */
export const canBe = (event: InvitationEvent): RawBuilder<unknown> => {
  const [only, ...others] = INVITATION_EVENTS[event].from;
  // A constant, so that the partial indexes on the state are seen to fit.
  return others.length === 0
    ? sql`state = ${sql.lit(only)}`
    : sql`state in (${sql.join([only, ...others].map((state) => sql.lit(state)))})`;
};

/** The state that something leads to. */
export const stateAfter = (event: InvitationEvent): RawBuilder<unknown> =>
  sql`${sql.lit(INVITATION_EVENTS[event].to)}`;

/** What became of an invitation that can be used no more, for whoever wanted to do something with it. */
export const ENDINGS: Readonly<Record<InvitationState, string>> = {
  pending: 'is pending',
  accepted: 'was accepted',
  consumed: 'was used up when the identity provider provisioned the person',
  revoked: 'was revoked',
  expired: 'has expired',
};
