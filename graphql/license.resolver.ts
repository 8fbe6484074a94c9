import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { user } from '../src/directory/users.queries.js';
import { assignLicense } from '../src/licensing/assign-license.js';
import { giveBackLicense } from '../src/licensing/give-back-license.js';
import { licenses } from '../src/licensing/licenses.queries.js';
import type { GraphqlContext } from './context.js';
import {
  AssignLicenseInput,
  LicenseEnum,
  type LicenseState,
  LicenseStateEnum,
  LicensesType,
} from './license.graphql.js';
import { UserType } from './user.graphql.js';

@Resolver()
export class LicenseResolver {
  @Query(() => LicensesType, { description: 'The seats of the organization: bought, taken, free, expected.' })
  licenses(@Ctx() { context }: GraphqlContext): Promise<LicensesType> {
    return licenses(context, {});
  }

  @Mutation(() => UserType, {
    description:
      'Gives someone a license before they sign in, or moves them to the other kind. LIMIT_EXCEEDED when none is free.',
  })
  async assignLicense(
    @Ctx() { context }: GraphqlContext,
    @Arg('input', () => AssignLicenseInput, { description: 'Who gets which license.' })
    input: AssignLicenseInput,
  ): Promise<UserType> {
    return (await user(context, { id: (await assignLicense(context, input)).userId, withGroups: false }))
      .user;
  }

  @Mutation(() => UserType, {
    description:
      'Takes the license of someone back, so that the seat is free. They take another one at their next sign-in. Deactivating does this by itself.',
  })
  async giveBackLicense(
    @Ctx() { context }: GraphqlContext,
    @Arg('userId', () => ID, { description: 'The id of the person.' }) userId: string,
  ): Promise<UserType> {
    return (
      await user(context, { id: (await giveBackLicense(context, { userId })).userId, withGroups: false })
    ).user;
  }
}

/** What licensing knows of a person. */
@Resolver(() => UserType)
export class UserLicenseResolver {
  @FieldResolver(() => LicenseEnum, {
    nullable: true,
    description: 'The license they hold; null before their first sign-in and when they may not sign in.',
  })
  license(@Root() { license }: UserType) {
    return license;
  }

  @FieldResolver(() => LicenseStateEnum, {
    nullable: true,
    description: 'Whether they hold a license or wait for one. For administrators.',
  })
  async licenseState(
    @Ctx() { loaders }: GraphqlContext,
    @Root() { id, license }: UserType,
  ): Promise<LicenseState> {
    return license ? 'held' : (await loaders.waitsForLicense.load(id)) ? 'waiting' : 'none';
  }
}
