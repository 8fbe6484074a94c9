import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { approveDomain } from '../src/invitations/approve-domain.js';
import { approvedDomains } from '../src/invitations/approved-domains.queries.js';
import { removeApprovedDomain } from '../src/invitations/remove-approved-domain.js';
import { ApprovedDomainType } from './approved-domain.graphql.js';
import type { GraphqlContext } from './context.js';

@Resolver(() => ApprovedDomainType)
export class ApprovedDomainResolver {
  @Query(() => [ApprovedDomainType], { description: 'The domains whose people may ask for access.' })
  approvedDomains(@Ctx() { context }: GraphqlContext): Promise<ApprovedDomainType[]> {
    return approvedDomains(context, {});
  }

  @Mutation(() => ApprovedDomainType, {
    description:
      'Lets anyone with an address of exactly this domain ask for access on the landing page. Public mail providers are refused.',
  })
  approveDomain(
    @Ctx() { context }: GraphqlContext,
    @Arg('domain', () => String, { description: 'The domain, in any script.' }) domain: string,
  ): Promise<ApprovedDomainType> {
    return approveDomain(context, { domain });
  }

  @Mutation(() => ID, {
    description: 'Ends what a domain opened, and revokes what was asked for through it. Returns the id.',
  })
  removeApprovedDomain(
    @Ctx() { context }: GraphqlContext,
    @Arg('id', () => ID, { description: 'The id of the approval.' }) id: string,
  ): Promise<string> {
    return removeApprovedDomain(context, { id });
  }
}
