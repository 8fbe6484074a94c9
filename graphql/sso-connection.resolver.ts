import { Arg, Ctx, ID, Int, Mutation, Query, Resolver } from 'type-graphql';
import { connectSso } from '../src/access/connect-sso.js';
import { disableSso } from '../src/access/disable-sso.js';
import { linkIdentity } from '../src/access/link-identity.js';
import {
  previewSso,
  signInAttempts,
  ssoConnections,
  ssoServiceProvider,
} from '../src/access/sso-connections.queries.js';
import { ssoTestUrl } from '../src/access/sso-test.queries.js';
import { updateSso } from '../src/access/update-sso.js';
import type { GraphqlContext } from './context.js';
import { SignInAttemptType } from './sign-in-attempt.graphql.js';
import { SsoConnectionType, SsoProviderType, SsoServiceProviderType } from './sso-connection.graphql.js';
import {
  ConnectSsoInput,
  LinkIdentityInput,
  PreviewSsoInput,
  UpdateSsoInput,
} from './sso-connection-input.graphql.js';

@Resolver()
export class SsoConnectionResolver {
  @Query(() => [SsoConnectionType], {
    description: 'Every SSO connection of the organization, the disabled ones too, oldest first.',
  })
  ssoConnections(@Ctx() { context }: GraphqlContext): Promise<SsoConnectionType[]> {
    return ssoConnections(context, {});
  }

  @Query(() => SsoServiceProviderType, {
    description: 'What the administrator of an identity provider enters there, before it is connected here.',
  })
  ssoServiceProvider(@Ctx() { context }: GraphqlContext): Promise<SsoServiceProviderType> {
    return ssoServiceProvider(context, {});
  }

  @Query(() => SsoProviderType, {
    description:
      'What would be connected: the document of a provider is read and shown, and nothing is kept.',
  })
  previewSso(
    @Ctx() { context }: GraphqlContext,
    @Arg('input', () => PreviewSsoInput, { description: 'Which provider.' }) input: PreviewSsoInput,
  ): Promise<SsoProviderType> {
    return previewSso(context, input);
  }

  @Query(() => String, {
    description:
      'Where an administrator’s browser tries a connection out within 15 minutes: it shows what the provider sent and which check failed, and signs nobody in.',
  })
  ssoTestUrl(
    @Ctx() { context }: GraphqlContext,
    @Arg('connectionId', () => ID, { description: 'Which connection.' }) connectionId: string,
  ): Promise<string> {
    return ssoTestUrl(context, { connectionId });
  }

  @Query(() => [SignInAttemptType], {
    description: 'The last sign-ins, failed and successful, newest first.',
  })
  signInAttempts(
    @Ctx() { context }: GraphqlContext,
    @Arg('connectionId', () => ID, { nullable: true, description: 'Only those by this connection.' })
    connectionId: string | null,
    @Arg('first', () => Int, { nullable: true, description: 'How many; at most 100.' }) first: number | null,
  ): Promise<SignInAttemptType[]> {
    return signInAttempts(context, { connectionId, first });
  }

  @Mutation(() => ID, {
    description: 'Connects an identity provider for signing in, from its SAML metadata or by OIDC discovery.',
  })
  connectSso(
    @Ctx() { context }: GraphqlContext,
    @Arg('input', () => ConnectSsoInput, { description: 'Which provider, and how.' }) input: ConnectSsoInput,
  ): Promise<string> {
    return connectSso(context, input);
  }

  @Mutation(() => ID, {
    description:
      'Changes an SSO connection, or makes a disabled one active again. With a provider its document is read anew.',
  })
  updateSso(
    @Ctx() { context }: GraphqlContext,
    @Arg('input', () => UpdateSsoInput, { description: 'Which connection, and what.' }) input: UpdateSsoInput,
  ): Promise<string> {
    return updateSso(context, input);
  }

  @Mutation(() => ID, {
    description: 'Ends signing in by a connection, and every session that was opened by it.',
  })
  disableSso(
    @Ctx() { context }: GraphqlContext,
    @Arg('id', () => ID, { description: 'Which connection.' }) id: string,
  ): Promise<string> {
    return disableSso(context, { id });
  }

  @Mutation(() => ID, {
    description:
      'Says who somebody is at an identity provider: for owners and admins, whom no attribute may name, and for people who were here before single sign-on.',
  })
  linkIdentity(
    @Ctx() { context }: GraphqlContext,
    @Arg('input', () => LinkIdentityInput, { description: 'Who is who.' }) input: LinkIdentityInput,
  ): Promise<string> {
    return linkIdentity(context, input);
  }
}
