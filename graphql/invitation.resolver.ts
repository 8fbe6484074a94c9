import { Arg, Args, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { invitation, invitationCount, invitations } from '../src/invitations/invitations.queries.js';
import { inviteUser } from '../src/invitations/invite-user.js';
import { resendInvitation } from '../src/invitations/resend-invitation.js';
import { revokeInvitation } from '../src/invitations/revoke-invitation.js';
import { ConnectionArgs, type ConnectionOf, toConnection } from './connection.js';
import type { GraphqlContext } from './context.js';
import {
  InvitationConnection,
  InvitationStateEnum,
  InvitationType,
  InviteUserInput,
} from './invitation.graphql.js';

@Resolver(() => InvitationType)
export class InvitationResolver {
  @Query(() => InvitationType, { description: 'One invitation.' })
  invitation(
    @Ctx() { context }: GraphqlContext,
    @Arg('id', () => ID, { description: 'The id of the invitation.' }) id: string,
  ): Promise<InvitationType> {
    return invitation(context, { id });
  }

  @Query(() => InvitationConnection, { description: 'The invitations of the organization, newest first.' })
  async invitations(
    @Ctx() { context }: GraphqlContext,
    @Args(() => ConnectionArgs) { first, after }: ConnectionArgs,
    @Arg('state', () => InvitationStateEnum, { nullable: true, description: 'Only those in this state.' })
    state?: InvitationType['state'] | null,
  ): Promise<ConnectionOf<InvitationType>> {
    return toConnection(await invitations(context, { state, page: { first, after } }), {
      after,
      id: (row) => row.id,
      node: (row) => row,
      totalCount: () => invitationCount(context, { state }),
    });
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

  @Mutation(() => InvitationType, {
    description: 'Sends a pending invitation again, with a new link; the old link ends.',
  })
  resendInvitation(
    @Ctx() { context }: GraphqlContext,
    @Arg('id', () => ID, { description: 'Which invitation.' }) id: string,
  ): Promise<InvitationType> {
    return resendInvitation(context, { id });
  }

  @Mutation(() => InvitationType, { description: 'Takes a pending invitation back; its link ends.' })
  revokeInvitation(
    @Ctx() { context }: GraphqlContext,
    @Arg('id', () => ID, { description: 'Which invitation.' }) id: string,
  ): Promise<InvitationType> {
    return revokeInvitation(context, { id });
  }
}
