import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { rotateScimCredential } from '../src/provisioning/rotate-scim-credential.js';
import { startScimSetup } from '../src/provisioning/start-scim-setup.js';
import { updateScimConnection } from '../src/provisioning/update-scim-connection.js';
import type { GraphqlContext } from './context.js';
import { ScimConnectionType } from './scim-connection.graphql.js';
import {
  RotatedScimCredential,
  RotateScimCredentialInput,
  StartScimSetupInput,
  UpdateScimConnectionInput,
} from './scim-setup.graphql.js';

/** Setting a connection up step by step, and changing it later (B2, B3). */
@Resolver()
export class ScimSetupResolver {
  @Mutation(() => ScimConnectionType, {
    description:
      'Begins to set up a provider: a connection without credentials, whose `setup` says what is next. Needs the Enterprise plan and an active SSO connection.',
  })
  startScimSetup(
    @Ctx() { context }: GraphqlContext,
    @Arg('input', () => StartScimSetupInput, { description: 'Which provider.' }) input: StartScimSetupInput,
  ): Promise<ScimConnectionType> {
    return startScimSetup(context, input);
  }

  @Mutation(() => ScimConnectionType, { description: 'Changes what was decided about a connection.' })
  updateScimConnection(
    @Ctx() { context }: GraphqlContext,
    @Arg('input', () => UpdateScimConnectionInput, { description: 'Which connection and what.' })
    input: UpdateScimConnectionInput,
  ): Promise<ScimConnectionType> {
    return updateScimConnection(context, input);
  }

  @Mutation(() => RotatedScimCredential, {
    description: 'Replaces a credential: the new one works at once, the old one for a while beside it.',
  })
  rotateScimCredential(
    @Ctx() { context }: GraphqlContext,
    @Arg('input', () => RotateScimCredentialInput, { description: 'Which credential.' })
    input: RotateScimCredentialInput,
  ): Promise<RotatedScimCredential> {
    return rotateScimCredential(context, input);
  }
}
