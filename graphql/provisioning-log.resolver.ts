import { Arg, Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { provisioningLog, provisioningLogCount } from '../src/provisioning/provisioning-log.queries.js';
import { ConnectionArgs, type ConnectionOf, toConnection } from './connection.js';
import type { GraphqlContext } from './context.js';
import {
  DialectEnum,
  ProvisioningChangeType,
  ProvisioningLogFilter,
  ProvisioningMembersType,
  ProvisioningRequest,
  ProvisioningRequestConnection,
} from './provisioning-log.graphql.js';
import { ScimConnectionType } from './scim-connection.graphql.js';

@Resolver(() => ProvisioningRequest)
export class ProvisioningLogResolver {
  @Query(() => ProvisioningRequestConnection, {
    description:
      'The requests of the identity providers, newest first. To follow the log, ask again with `from` a second before the newest one seen: reads appear up to half a second late.',
  })
  async provisioningLog(
    @Ctx() { context }: GraphqlContext,
    @Args(() => ConnectionArgs) { first, after }: ConnectionArgs,
    @Arg('filter', () => ProvisioningLogFilter, { nullable: true, description: 'Which requests.' })
    filter?: ProvisioningLogFilter | null,
  ): Promise<ConnectionOf<ProvisioningRequest>> {
    const wanted = filter && { ...filter };
    return toConnection(await provisioningLog(context, { filter: wanted, page: { first, after } }), {
      after,
      id: (row) => row.id,
      node: (row) => row,
      totalCount: () => provisioningLogCount(context, { filter: wanted }),
    });
  }

  @FieldResolver(() => [ProvisioningChangeType], {
    description: 'The attributes that changed; the members of a group are counted beside them.',
  })
  changes(@Root() { changes }: ProvisioningRequest): ProvisioningChangeType[] {
    return Object.entries(changes)
      .filter(([attribute]) => attribute !== 'members')
      .map(([attribute, change]) => {
        const { before, after } = change as { before: unknown; after: unknown };
        return { attribute, before: toText(before), after: toText(after) };
      });
  }

  @FieldResolver(() => ProvisioningMembersType, {
    nullable: true,
    description: 'Who came into the group; null when nobody was asked for.',
  })
  membersAdded(@Root() { changes }: ProvisioningRequest): ProvisioningMembersType | null {
    return membersOf(changes)?.added ?? null;
  }

  @FieldResolver(() => ProvisioningMembersType, { nullable: true, description: 'Who left the group.' })
  membersRemoved(@Root() { changes }: ProvisioningRequest): ProvisioningMembersType | null {
    return membersOf(changes)?.removed ?? null;
  }
}

/** What the log knows of a connection at a glance. */
@Resolver(() => ScimConnectionType)
export class ScimConnectionLogResolver {
  @FieldResolver(() => ProvisioningRequest, { nullable: true, description: 'Its newest request.' })
  async lastRequest(@Ctx() { loaders }: GraphqlContext, @Root() { id }: ScimConnectionType) {
    return (await loaders.latestRequests.load(id))?.last;
  }

  @FieldResolver(() => ProvisioningRequest, {
    nullable: true,
    description: 'Its newest request that was refused or failed.',
  })
  async lastRefusedRequest(@Ctx() { loaders }: GraphqlContext, @Root() { id }: ScimConnectionType) {
    return (await loaders.latestRequests.load(id))?.lastRefused;
  }

  @FieldResolver(() => DialectEnum, {
    nullable: true,
    description: 'Whose dialect it spoke last; null before its first request.',
  })
  async dialect(@Ctx() { loaders }: GraphqlContext, @Root() { id }: ScimConnectionType) {
    return (await loaders.latestRequests.load(id))?.dialect;
  }
}

const toText = (value: unknown): string | null =>
  value === null || value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value);

const membersOf = (changes: Record<string, unknown>) =>
  changes.members as { added?: ProvisioningMembersType; removed?: ProvisioningMembersType } | undefined;
