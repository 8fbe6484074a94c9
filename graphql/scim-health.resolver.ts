import { Arg, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { notFound } from '../src/kernel/errors.js';
import type { Language } from '../src/organizations/organization.entity.js';
import type { ConnectionFacts } from '../src/provisioning/connection-facts.js';
import { scimHealth } from '../src/provisioning/connection-facts.queries.js';
import { healthOf } from '../src/provisioning/health/health.js';
import { checkMapping } from '../src/provisioning/mapping/check.js';
import { setupOf } from '../src/provisioning/setup/set-up.js';
import type { GraphqlContext } from './context.js';
import type { Loaders } from './loaders.js';
import { LanguageEnum } from './organization.graphql.js';
import { ScimConnectionType } from './scim-connection.graphql.js';
import { AttributeMapping, ScimHealth } from './scim-health.graphql.js';
import { ScimSetup } from './scim-setup.graphql.js';

const IN_LANGUAGE = {
  nullable: true,
  description: "In which language; the organization's unless said otherwise.",
};

/** How a connection is doing, how it is set up, and what its mapping lacks (B1-B4, B8). */
@Resolver(() => ScimConnectionType)
export class ScimHealthResolver {
  @Query(() => ScimHealth, {
    description: 'How provisioning is doing in this organization, also before there is a connection.',
  })
  scimHealth(
    @Ctx() { context }: GraphqlContext,
    @Arg('language', () => LanguageEnum, IN_LANGUAGE) language?: Language | null,
  ): Promise<ScimHealth> {
    return scimHealth(context, { language });
  }

  @FieldResolver(() => ScimHealth, { description: 'How this connection is doing.' })
  async health(
    @Ctx() { loaders }: GraphqlContext,
    @Root() { id }: ScimConnectionType,
    @Arg('language', () => LanguageEnum, IN_LANGUAGE) language?: Language | null,
  ): Promise<ScimHealth> {
    return healthOf(await factsOf(loaders, id), language ?? undefined);
  }

  @FieldResolver(() => ScimSetup, {
    description:
      "How to set the provider up, with the organization's own values. Never a secret: none is kept.",
  })
  async setup(
    @Ctx() { loaders }: GraphqlContext,
    @Root() { id, provider }: ScimConnectionType,
    @Arg('language', () => LanguageEnum, IN_LANGUAGE) language?: Language | null,
  ): Promise<ScimSetup> {
    const facts = await factsOf(loaders, id);
    return setupOf(provider, facts, loaders.scimUrlOf(facts.slug), language ?? undefined);
  }

  @FieldResolver(() => [AttributeMapping], {
    description:
      'Each attribute the product knows: whether the provider sends it, and what to change if it does not.',
  })
  async mappingCheck(
    @Ctx() { loaders }: GraphqlContext,
    @Root() { id, provider }: ScimConnectionType,
    @Arg('language', () => LanguageEnum, IN_LANGUAGE) language?: Language | null,
  ): Promise<AttributeMapping[]> {
    const [facts, writes] = await Promise.all([factsOf(loaders, id), loaders.mappingEvidence.load(id)]);
    return checkMapping(writes, provider, language ?? facts.language);
  }
}

async function factsOf(loaders: Loaders, id: string): Promise<ConnectionFacts> {
  const facts = await loaders.connectionFacts.load(id);
  if (!facts) throw notFound('SCIM connection', id);
  return facts;
}
