import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { invitation } from '../src/invitations/invitations.queries.js';
import { inviteUser } from '../src/invitations/invite-user.js';
import type { GraphqlContext } from './context.js';
import { InvitationType, InviteUserInput } from './invitation.graphql.js';

@Resolver(() => InvitationType)
export class InvitationResolver {
  @Query(() => InvitationType, { description: 'One invitation.' })
  invitation(
    @Ctx() { context }: GraphqlContext,
    @Arg('id', () => ID, { description: 'The id of the invitation.' }) id: string,
  ): Promise<InvitationType> {
    return invitation(context, { id });
  }

  @Mutation(() => InvitationType, {
    description: 'Invites someone by e-mail, with a role, groups and courses.',
  })
  inviteUser(
    @Ctx() { context }: GraphqlContext,
    @Arg('input', () => InviteUserInput, { description: 'Whom to invite, and to what.' })
    input: InviteUserInput,
  ): Promise<InvitationType> {
    return inviteUser(context, input);
  }
}
