import { bulkChange } from '../src/directory/bulk-changes.queries.js';
import { membershipChange } from '../src/directory/memberships.queries.js';
import { invitationBatch } from '../src/invitations/invitation-batches.queries.js';
import type { Context } from '../src/kernel/context.js';
import { notFound } from '../src/kernel/errors.js';
import { connectionFacts } from '../src/provisioning/connection-facts.queries.js';
import { scimConnections } from '../src/provisioning/connections.queries.js';
import { healthOf } from '../src/provisioning/health/health.js';
import { latestRequests } from '../src/provisioning/provisioning-log.queries.js';
import type { ScimConnection } from '../src/provisioning/scim-connection.entity.js';
import type { GraphqlContext } from './context.js';
import { follow } from './live.js';
import { liveOf } from './provisioning-events.js';

interface FollowArgs {
  id: string;
  after?: string | null;
}

/** The progress of an accepted change until nothing of it waits. NOT_FOUND for an unknown one. */
export function followMembershipChange(from: GraphqlContext, { id, after }: FollowArgs) {
  const live = liveOf(from);
  return follow(live, live.after(after), {
    key: `membership change ${id}`,
    read: (context) => membershipChange(context, { id }),
    stateOf: ({ accepted, applied, failed }) => [accepted, applied, failed],
    isFinal: ({ accepted, applied }) => applied >= accepted,
  });
}

/** The progress of a change of many people until everybody was reached. NOT_FOUND for an unknown one. */
export function followBulkChange(from: GraphqlContext, { id, after }: FollowArgs) {
  const live = liveOf(from);
  return follow(live, live.after(after), {
    key: `bulk change ${id}`,
    read: (context) => bulkChange(context, { id }),
    stateOf: ({ state, done, failed }) => [state, done, failed],
    isFinal: ({ finishedAt }) => finishedAt !== null,
  });
}

/** The progress of a batch of invitations until every row was seen to. NOT_FOUND for an unknown one. */
export function followInvitationBatch(from: GraphqlContext, { id, after }: FollowArgs) {
  const live = liveOf(from);
  return follow(live, live.after(after), {
    key: `invitation batch ${id}`,
    read: (context) => invitationBatch(context, { id }),
    stateOf: ({ state, done, failed }) => [state, done, failed],
    isFinal: ({ finishedAt }) => finishedAt !== null,
  });
}

/**
 * A connection whenever something of it changes that an administrator watches for: its status, its health in a word and a
 * sentence, its newest request, its newest refusal. It goes on while the connection is there, also over its disabling. NOT_FOUND for an unknown one.
 */
export function followConnection(from: GraphqlContext, { id, after }: FollowArgs) {
  const live = liveOf(from);
  return follow(live, live.after(after), {
    key: `connection ${id}`,
    read: (context) => readConnection(context, id),
    stateOf: ({ state }) => state,
    isFinal: () => false,
  });
}

async function readConnection(
  context: Context,
  id: string,
): Promise<{ connection: ScimConnection; state: unknown[] }> {
  const connection = (await scimConnections(context, {})).find((one) => one.id === id);
  if (!connection) throw notFound('SCIM connection', id);
  const latest = (await latestRequests(context, { connectionIds: [id] })).get(id);
  const [facts] = await connectionFacts(context, { connectionIds: [id] });
  const health = facts && healthOf(facts);
  const told = [health?.state, health?.sentence, health?.advice];
  return { connection, state: [connection.status, latest?.last?.id, latest?.lastRefused?.id, ...told] };
}
