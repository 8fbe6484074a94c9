import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { explainMembership, explainUser } from '../src/provisioning/explain.queries.js';
import { type TimelineKind, timeline, timelineCount } from '../src/provisioning/timeline.queries.js';
import { ConnectionArgs, type ConnectionOf, toConnection } from './connection.js';
import type { GraphqlContext } from './context.js';
import { MembershipExplanation, UserExplanation } from './explanation.graphql.js';
import {
  AttributeProvenanceType,
  TimelineConnection,
  type TimelineEntryType,
  TimelineKindEnum,
} from './person-history.graphql.js';
import { UserType } from './user.graphql.js';

@Resolver(() => UserType)
export class PersonHistoryResolver {
  @FieldResolver(() => [AttributeProvenanceType], {
    nullable: true,
    description: 'Where each value of this person came from. For administrators.',
  })
  provenance(@Ctx() { loaders }: GraphqlContext, @Root() { id }: UserType) {
    return loaders.provenance.load(id);
  }

  @FieldResolver(() => TimelineConnection, {
    nullable: true,
    description: 'What happened to this person, newest first. For administrators.',
  })
  async timeline(
    @Ctx() { context }: GraphqlContext,
    @Root() { id: userId }: UserType,
    @Args(() => ConnectionArgs) { first, after }: ConnectionArgs,
    @Arg('kinds', () => [TimelineKindEnum], { nullable: true, description: 'Only these kinds.' })
    kinds?: TimelineKind[] | null,
  ): Promise<ConnectionOf<TimelineEntryType>> {
    return toConnection(await timeline(context, { userId, kinds, page: { first, after } }), {
      after,
      id: (row) => row.id,
      cursor: (row) => row.id,
      node: (row) => row,
      totalCount: () => timelineCount(context, { userId, kinds }),
    });
  }
}

@Resolver()
export class ExplainResolver {
  @Query(() => MembershipExplanation, {
    description: 'Why somebody is in a group, or is not, with the rows that say so. For administrators.',
  })
  explainMembership(
    @Ctx() { context }: GraphqlContext,
    @Arg('userId', () => ID, { description: 'The person.' }) userId: string,
    @Arg('groupId', () => ID, { description: 'The group.' }) groupId: string,
  ): Promise<MembershipExplanation> {
    return explainMembership(context, { userId, groupId });
  }

  @Query(() => UserExplanation, {
    description: 'Where somebody stands and who decided it, with the rows that say so. For administrators.',
  })
  explainUser(
    @Ctx() { context }: GraphqlContext,
    @Arg('userId', () => ID, { description: 'The person.' }) userId: string,
  ): Promise<UserExplanation> {
    return explainUser(context, { userId });
  }
}
