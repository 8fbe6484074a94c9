import { Arg, Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { userCount, userFacets, users } from '../src/directory/people.queries.js';
import { ConnectionArgs, type ConnectionOf, toConnection } from './connection.js';
import type { GraphqlContext } from './context.js';
import { ManagerCount, UserFacetsType, UserListArgs, UserOrder } from './people.graphql.js';
import { ScimConnectionType } from './scim-connection.graphql.js';
import { UserConnection, type UserType } from './user.graphql.js';

/** Arguments as the operations take them: instances are not what they check. */
const plain = ({ managedBy, ...wanted }: UserListArgs) => ({
  ...wanted,
  managedBy: managedBy && { ...managedBy },
});

@Resolver()
export class PeopleResolver {
  @Query(() => UserConnection, {
    description: 'The people of the organization, oldest first unless `orderBy` says otherwise.',
  })
  async users(
    @Ctx() { context }: GraphqlContext,
    @Args(() => ConnectionArgs) { first, after }: ConnectionArgs,
    @Args(() => UserListArgs) wanted: UserListArgs,
    @Arg('orderBy', () => UserOrder, { nullable: true, description: 'The order of the list.' })
    orderBy?: UserOrder | null,
  ): Promise<ConnectionOf<UserType>> {
    const which = plain(wanted);
    return toConnection(
      await users(context, { ...which, orderBy: orderBy && { ...orderBy }, page: { first, after } }),
      {
        after,
        id: ({ user }) => user.id,
        cursor: ({ cursor }) => cursor,
        node: ({ user }) => user,
        totalCount: () => userCount(context, which),
      },
    );
  }

  @Query(() => UserFacetsType, {
    description: 'Exact counts beside the list `users` with the same arguments.',
  })
  userFacets(
    @Ctx() { context }: GraphqlContext,
    @Args(() => UserListArgs) wanted: UserListArgs,
  ): Promise<UserFacetsType> {
    return userFacets(context, plain(wanted));
  }
}

@Resolver(() => ManagerCount)
export class ManagerCountResolver {
  @FieldResolver(() => ScimConnectionType, {
    nullable: true,
    description: 'The connection; null counts the ordinary people.',
  })
  scimConnection(@Ctx() { loaders }: GraphqlContext, @Root() { value }: ManagerCount) {
    return value === null ? null : loaders.scimConnection.load(value);
  }
}
