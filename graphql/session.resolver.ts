import { Arg, Ctx, ID, Int, Mutation, Query, Resolver } from 'type-graphql';
import { revokeSession } from '../src/access/revoke-session.js';
import { revokeSessions } from '../src/access/revoke-sessions.js';
import { sessions } from '../src/access/sessions.queries.js';
import type { GraphqlContext } from './context.js';
import { SessionType } from './session.graphql.js';

@Resolver()
export class SessionResolver {
  @Query(() => [SessionType], {
    description:
      'The open sessions of a person, newest first: one’s own, or anybody’s for owners and admins.',
  })
  sessions(
    @Ctx() { context }: GraphqlContext,
    @Arg('userId', () => ID, { nullable: true, description: 'Whose; the caller’s own when absent.' })
    userId: string | null,
  ): Promise<SessionType[]> {
    return sessions(context, { userId });
  }

  @Mutation(() => ID, { description: 'Ends a session from the next request on.' })
  revokeSession(
    @Ctx() { context }: GraphqlContext,
    @Arg('id', () => ID, { description: 'Which session.' }) id: string,
  ): Promise<string> {
    return revokeSession(context, { id });
  }

  @Mutation(() => Int, {
    description: 'Ends every open session of a person but the one that asks; how many there were.',
  })
  revokeSessions(
    @Ctx() { context }: GraphqlContext,
    @Arg('userId', () => ID, { description: 'Whose.' }) userId: string,
  ): Promise<number> {
    return revokeSessions(context, { userId });
  }
}
