import { Arg, Args, Ctx, Query, Resolver } from 'type-graphql';
import { mailCount, mails } from '../src/mail/mails.queries.js';
import { ConnectionArgs, type ConnectionOf, toConnection } from './connection.js';
import type { GraphqlContext } from './context.js';
import { MailConnection, MailStateEnum, MailType } from './mail.graphql.js';

@Resolver(() => MailType)
export class MailResolver {
  @Query(() => MailConnection, { description: 'What was written to people, newest first.' })
  async mails(
    @Ctx() { context, writeMail }: GraphqlContext,
    @Args(() => ConnectionArgs) { first, after }: ConnectionArgs,
    @Arg('state', () => MailStateEnum, { nullable: true, description: 'Only those in this state.' })
    state?: MailType['state'] | null,
  ): Promise<ConnectionOf<MailType>> {
    return toConnection(await mails(context, { state, page: { first, after } }), {
      after,
      id: (row) => row.id,
      node: (row) => ({ ...row, ...writeMail(row) }),
      totalCount: () => mailCount(context, { state }),
    });
  }
}
