import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { acceptInvitation } from '../src/invitations/accept-invitation.js';
import { isMailedLinkOpen, landingPage } from '../src/invitations/access-requests.queries.js';
import { answerLater } from '../src/invitations/answer-later.js';
import { registerUser } from '../src/invitations/register-user.js';
import { requestAccess, VERIFICATION_HOURS } from '../src/invitations/request-access.js';
import type { LinkPurpose } from '../src/mail/links.js';
import type { GraphqlContext } from './context.js';
import {
  AcceptedInvitationType,
  LandingPageType,
  LinkPurposeEnum,
  MailedLinkType,
  NewcomerInput,
  RegisteredUserType,
  RequestAccessInput,
  RequestedAccessType,
} from './visitor.graphql.js';
import { visitsOf } from './visits.js';

/** What the public pages do, for front ends of one's own: each is asked without a credential (`VISITOR_FIELDS`). */
@Resolver()
export class VisitorResolver {
  @Query(() => LandingPageType, {
    description: 'For visitors, without a credential: what an organization shows to everybody.',
  })
  async landingPage(
    @Ctx() context: GraphqlContext,
    @Arg('organization', () => String, { description: 'The slug of the organization.' }) organization: string,
  ): Promise<LandingPageType> {
    return landingPage((await visitsOf(context).at(organization)).context, {});
  }

  @Query(() => MailedLinkType, {
    description:
      'For visitors, without a credential: whether a mailed link still works. Looking does not use it.',
  })
  async mailedLink(
    @Ctx() context: GraphqlContext,
    @Arg('purpose', () => LinkPurposeEnum, { description: 'What the link is for.' }) purpose: LinkPurpose,
    @Arg('token', () => String, { description: 'What the link ends in.' }) token: string,
  ): Promise<MailedLinkType> {
    const { context: guest, organization } = await visitsOf(context).byLink(purpose, token);
    return { isOpen: await isMailedLinkOpen(guest, { purpose, token }), organization };
  }

  @Mutation(() => RequestedAccessType, {
    description:
      'For visitors, without a credential: asks to be let in by an address of an approved domain; a mail has the link. FORBIDDEN for another domain, LIMIT_EXCEEDED when all licenses are taken, RATE_LIMITED after 5 requests an hour.',
  })
  async requestAccess(
    @Ctx() context: GraphqlContext,
    @Arg('input', () => RequestAccessInput, { description: 'Who asks, and where.' })
    input: RequestAccessInput,
  ): Promise<RequestedAccessType> {
    const { context: guest, client } = await visitsOf(context).at(input.organization);
    return answerLater(
      requestAccess(guest, { email: input.email, client }).then(() => ({ linkHours: VERIFICATION_HOURS })),
    );
  }

  @Mutation(() => AcceptedInvitationType, {
    description:
      'For visitors, without a credential: whoever holds the link of an invitation accepts it. Works once.',
  })
  async acceptInvitation(
    @Ctx() context: GraphqlContext,
    @Arg('input', () => NewcomerInput, { description: 'The link, and who they are.' }) input: NewcomerInput,
  ): Promise<AcceptedInvitationType> {
    const {
      context: guest,
      client,
      organization,
    } = await visitsOf(context).byLink('invitation', input.token);
    return acceptInvitation(guest, { ...input, client }).then(({ managed }) => ({
      signsInAtProvider: managed,
      organization,
    }));
  }

  @Mutation(() => RegisteredUserType, {
    description:
      'For visitors, without a credential: whoever holds the link that `requestAccess` mailed becomes a person of the organization. Works once, for an hour.',
  })
  async registerUser(
    @Ctx() context: GraphqlContext,
    @Arg('input', () => NewcomerInput, { description: 'The link, and who they are.' }) input: NewcomerInput,
  ): Promise<RegisteredUserType> {
    const {
      context: guest,
      client,
      organization,
    } = await visitsOf(context).byLink('verification', input.token);
    return registerUser(guest, { ...input, client }).then(({ license }) => ({ license, organization }));
  }
}
