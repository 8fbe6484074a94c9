import 'reflect-metadata';
import { ArgsType, Field, ID, ObjectType } from 'type-graphql';
import type { Role } from '../src/kernel/permissions.js';
import { connectionTypes } from './connection.js';
import { RoleEnum } from './user.graphql.js';

@ObjectType('IssuedApiToken', {
  description: 'A new API token. It is shown this once.',
  simpleResolvers: true,
})
export class IssuedApiTokenType {
  @Field(() => ID, { description: 'The id of the token, to revoke it by.' })
  id!: string;

  @Field(() => String, { description: 'The token: `Authorization: Bearer <token>`.' })
  token!: string;
}

@ObjectType('ApiToken', { description: 'A token of this API, without its secret.', simpleResolvers: true })
export class ApiTokenType {
  @Field(() => ID, { description: 'The id of the token, to revoke it by.' })
  id!: string;

  @Field(() => RoleEnum, {
    description:
      "What a service acts with. A person's token acts with the role of that person, and never above this one: the role of whoever issued it.",
  })
  role!: Role;

  @Field(() => String, { nullable: true, description: 'What it is for, as its issuer put it.' })
  label!: string | null;

  @Field(() => [String], {
    nullable: true,
    description: 'The permissions it was narrowed to; null when it may do whatever its role may.',
  })
  scopes!: string[] | null;

  @Field(() => String, { description: 'The last four characters of the token.' })
  lastFour!: string;

  @Field(() => Date, { description: 'When it was issued.' })
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When it ends by itself; null for never.' })
  expiresAt!: Date | null;

  @Field(() => Date, { nullable: true, description: 'When somebody ended it.' })
  revokedAt!: Date | null;

  @Field(() => Date, { nullable: true, description: 'When it was last used, to the minute; null for never.' })
  lastUsedAt!: Date | null;

  /** Feeds the field `user`. */
  userId!: string | null;
}

/** One page of API tokens. */
export const { Connection: ApiTokenConnection } = connectionTypes<ApiTokenType>(
  'ApiToken',
  () => ApiTokenType,
);

/** What the new token is. Either `role` or `userId`. */
@ArgsType()
export class IssueApiTokenArgs {
  @Field(() => RoleEnum, {
    nullable: true,
    description: "What a service acts with: not above the caller's own role.",
  })
  role?: Role | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'The person the token acts as instead, with the role and the groups they have whenever it is used. It ends when they are deactivated.',
  })
  userId?: string | null;

  @Field(() => String, { nullable: true, description: 'What it is for.' })
  label?: string | null;

  @Field(() => Date, { nullable: true, description: 'When it ends by itself; never unless said.' })
  expiresAt?: Date | null;

  @Field(() => [String], {
    nullable: true,
    description:
      'Narrows the token to these permissions, such as `user:read`. A scope never adds to what the role may do.',
  })
  scopes?: string[] | null;
}
