import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { eraseUser } from '../src/directory/erase-user.js';
import { releaseUser } from '../src/directory/release-user.js';
import type { GraphqlContext } from './context.js';
import { ErasedUserType, EraseUserInput, ReleasedUserType, ReleaseUserInput } from './departure.graphql.js';
import { UserType } from './user.graphql.js';

/** Erasing people and letting go of them (B38, B39). */
@Resolver(() => UserType)
export class DepartureResolver {
  @Mutation(() => ErasedUserType, {
    description:
      'Erases the personal data of somebody who left, for good. The history keeps the id; the same identity pushed again is a new person.',
  })
  eraseUser(
    @Ctx() { context }: GraphqlContext,
    @Arg('input', () => EraseUserInput, { description: 'Who, confirmed by name.' }) input: EraseUserInput,
  ): Promise<ErasedUserType> {
    return eraseUser(context, input);
  }

  @Mutation(() => ReleasedUserType, {
    description:
      "Takes somebody out of SCIM's management without erasing them. The provider adopts them again at its next push.",
  })
  releaseUser(
    @Ctx() { context }: GraphqlContext,
    @Arg('input', () => ReleaseUserInput, { description: 'Who.' }) input: ReleaseUserInput,
  ): Promise<ReleasedUserType> {
    return releaseUser(context, input);
  }

  @FieldResolver(() => Date, {
    nullable: true,
    description: 'When the personal data of this person was erased; null for almost everyone.',
  })
  erasedAt(@Root() { erasedAt }: UserType & { erasedAt?: Date | null }): Date | null {
    return erasedAt ?? null;
  }
}
