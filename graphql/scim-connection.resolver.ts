import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { connectScim } from '../src/provisioning/connect-scim.js';
import { scimConnection, scimConnections } from '../src/provisioning/connections.queries.js';
import { disconnectScim } from '../src/provisioning/disconnect-scim.js';
import { issueScimCredential } from '../src/provisioning/issue-scim-credential.js';
import { revokeScimCredential } from '../src/provisioning/revoke-scim-credential.js';
import type { GraphqlContext } from './context.js';
import {
  ConnectedScimType,
  ConnectScimInput,
  IssuedScimCredentialType,
  IssueScimCredentialInput,
  ScimConnectionType,
  ScimCredentialType,
} from './scim-connection.graphql.js';

@Resolver(() => ScimConnectionType)
export class ScimConnectionResolver {
  @Query(() => [ScimConnectionType], {
    description: 'Every SCIM connection of the organization, oldest first.',
  })
  scimConnections(@Ctx() { context }: GraphqlContext): Promise<ScimConnectionType[]> {
    return scimConnections(context, {});
  }

  @Query(() => ScimConnectionType, { description: 'One SCIM connection.' })
  scimConnection(
    @Ctx() { context }: GraphqlContext,
    @Arg('id', () => ID, { description: 'The id of the connection.' }) id: string,
  ): Promise<ScimConnectionType> {
    return scimConnection(context, { id });
  }

  @Mutation(() => ConnectedScimType, {
    description: 'Connects an identity provider. Needs the Enterprise plan and an active SSO connection.',
  })
  connectScim(
    @Ctx() { context }: GraphqlContext,
    @Arg('input', () => ConnectScimInput, { description: 'Which provider.' }) input: ConnectScimInput,
  ): Promise<ConnectedScimType> {
    return connectScim(context, input);
  }

  @Mutation(() => ID, {
    description:
      'Disables a connection at once; its people and groups stay and become editable. Switch the provider off too.',
  })
  disconnectScim(
    @Ctx() { context }: GraphqlContext,
    @Arg('connectionId', () => ID, { description: 'Which connection.' }) connectionId: string,
  ): Promise<string> {
    return disconnectScim(context, { connectionId });
  }

  @Mutation(() => IssuedScimCredentialType, {
    description: 'Issues a further credential beside those in use.',
  })
  issueScimCredential(
    @Ctx() { context }: GraphqlContext,
    @Arg('input', () => IssueScimCredentialInput, { description: 'For which connection.' })
    input: IssueScimCredentialInput,
  ): Promise<IssuedScimCredentialType> {
    return issueScimCredential(context, input);
  }

  @Mutation(() => ID, { description: 'Ends a credential from the next request on.' })
  revokeScimCredential(
    @Ctx() { context }: GraphqlContext,
    @Arg('id', () => ID, { description: 'Which credential.' }) id: string,
  ): Promise<string> {
    return revokeScimCredential(context, { id });
  }

  @FieldResolver(() => [ScimCredentialType], {
    description: 'Its credentials, the revoked ones too, without secrets.',
  })
  credentials(
    @Ctx() { loaders }: GraphqlContext,
    @Root() { id }: ScimConnectionType,
  ): Promise<ScimCredentialType[]> {
    return loaders.scimCredentials.load(id);
  }
}
