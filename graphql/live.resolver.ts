import { Arg, ID, Resolver, Root, Subscription } from 'type-graphql';
import type { BulkChangeRecord } from '../src/directory/bulk-change.js';
import type { MembershipChangeRecord } from '../src/directory/memberships.queries.js';
import type { InvitationBatchRecord } from '../src/invitations/invitation-batch.js';
import type { Outcome } from '../src/provisioning/log-entry.js';
import type { ScimConnection } from '../src/provisioning/scim-connection.entity.js';
import { BulkChangeType } from './bulk-change.graphql.js';
import {
  followBulkChange,
  followConnection,
  followInvitationBatch,
  followMembershipChange,
} from './followed.js';
import { InvitationBatchType } from './invitation-batch.graphql.js';
import { ProvisioningEvent } from './live.graphql.js';
import type { LiveEvent } from './live.js';
import { MembershipChange } from './membership.graphql.js';
import { type ProvisioningEventsArgs, tailProvisioningLog } from './provisioning-events.js';
import { OutcomeEnum } from './provisioning-log.graphql.js';
import { ScimConnectionType } from './scim-connection.graphql.js';

const AFTER = {
  nullable: true,
  description: 'Go on after the event with this id; the header Last-Event-ID says the same and wins.',
};

/** What is answered as a stream of events, at `/graphql/stream`. */
@Resolver()
export class LiveResolver {
  @Subscription(() => ProvisioningEvent, {
    description:
      'Each request of the identity providers as it becomes part of the log, from now or from `after`, none lost and none twice.',
    subscribe: ({ args, context }) => tailProvisioningLog(context, args as ProvisioningEventsArgs),
  })
  provisioningEvents(
    @Root() { value }: LiveEvent<ProvisioningEvent>,
    @Arg('connectionId', () => ID, { nullable: true, description: 'Of this connection only.' })
    _connectionId?: string | null,
    @Arg('outcome', () => OutcomeEnum, { nullable: true, description: 'With this outcome only.' })
    _outcome?: Outcome | null,
    @Arg('after', () => String, AFTER) _after?: string | null,
  ) {
    return value;
  }

  @Subscription(() => MembershipChange, {
    description:
      "How far an accepted change of a group's members has come: now, and whenever more of it is applied, until all is.",
    subscribe: ({ args: { id, after }, context }) => followMembershipChange(context, { id, after }),
  })
  membershipChangeProgress(
    @Root() { value }: LiveEvent<MembershipChangeRecord>,
    @Arg('id', () => ID, { description: 'The id of the change, from the mutation that made it.' })
    _id: string,
    @Arg('after', () => String, AFTER) _after?: string | null,
  ) {
    return value;
  }

  @Subscription(() => BulkChangeType, {
    description: 'How far a change of many people has come: now, and whenever it comes further, to its end.',
    subscribe: ({ args: { id, after }, context }) => followBulkChange(context, { id, after }),
  })
  bulkChangeProgress(
    @Root() { value }: LiveEvent<BulkChangeRecord>,
    @Arg('id', () => ID, { description: 'The id of the change, from the mutation that made it.' })
    _id: string,
    @Arg('after', () => String, AFTER) _after?: string | null,
  ) {
    return value;
  }

  @Subscription(() => InvitationBatchType, {
    description: 'How far a batch of invitations has come: now, and whenever it comes further, to its end.',
    subscribe: ({ args: { id, after }, context }) => followInvitationBatch(context, { id, after }),
  })
  invitationBatchProgress(
    @Root() { value }: LiveEvent<InvitationBatchRecord>,
    @Arg('id', () => ID, { description: 'The id of the batch, from the mutation that made it.' })
    _id: string,
    @Arg('after', () => String, AFTER) _after?: string | null,
  ) {
    return value;
  }

  @Subscription(() => ScimConnectionType, {
    description:
      'A connection: now, and whenever its status, its newest request or its newest refusal is another.',
    subscribe: ({ args: { connectionId, after }, context }) =>
      followConnection(context, { id: connectionId, after }),
  })
  connectionHealth(
    @Root() { value }: LiveEvent<{ connection: ScimConnection }>,
    @Arg('connectionId', () => ID, { description: 'Which connection.' }) _connectionId: string,
    @Arg('after', () => String, AFTER) _after?: string | null,
  ) {
    return value?.connection;
  }
}
