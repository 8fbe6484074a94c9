import { type RawBuilder, sql } from 'kysely';
import type { Context } from '../kernel/context.js';

/** What became of one membership at one moment; see migration 0025 for who writes which. */
export type MembershipEventKind =
  | 'adding'
  | 'active'
  | 'removing'
  | 'removed'
  | 'cancelled'
  | 'kept'
  | 'refused';

/**
 * A statement that returns `user_id` and `group_id` of the memberships it moved, with an event for each in the same
 * round trip; it returns the same rows.
 */
export function withEvents<Row>(
  { organizationId, actor, requestId }: Context,
  kind: MembershipEventKind,
  moving: RawBuilder<Row>,
): RawBuilder<Row> {
  return sql<Row>`
    with moved as (${moving}),
    events as (
      insert into membership_events (organization_id, user_id, group_id, kind, actor_kind, actor_id, request_id)
      select ${organizationId}, user_id, group_id, ${kind}, ${actor.kind}, ${actor.id}, ${requestId} from moved)
    select * from moved`;
}
