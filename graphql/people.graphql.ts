import 'reflect-metadata';
import { ArgsType, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { PEOPLE_ORDERS } from '../src/directory/people-order.js';
import type { HeldLicense, UserStatus } from '../src/directory/shapes.js';
import type { Role } from '../src/kernel/permissions.js';
import { RoleEnum } from './user.graphql.js';
import { HeldLicenseEnum, UserStatusEnum } from './user-enums.graphql.js';

export const UserOrderFieldEnum = {
  CREATED: 'created',
  NAME: 'name',
  EMAIL: 'email',
  UPDATED: 'updated',
  LAST_SIGNED_IN: 'lastSignedIn',
} as const;

registerEnumType(UserOrderFieldEnum, {
  name: 'UserOrderField',
  description: 'What a list of people is ordered by.',
  valuesConfig: {
    CREATED: { description: 'When they were first known here.' },
    NAME: { description: 'The name that is shown, letter case and accents set aside.' },
    EMAIL: { description: 'The address, letter case set aside.' },
    UPDATED: { description: 'When something about them last changed.' },
    LAST_SIGNED_IN: { description: 'When they last signed in; whoever never did comes first.' },
  },
});

@InputType({ description: 'The order of a list of people; ties keep the order in which they were created.' })
export class UserOrder {
  @Field(() => UserOrderFieldEnum, { description: 'What to order by.' })
  field!: (typeof PEOPLE_ORDERS)[number];

  @Field(() => Boolean, { defaultValue: false, description: 'Largest or newest first.' })
  descending!: boolean;
}

@InputType({ description: 'Who manages someone; either answer is enough.' })
export class UserManagerFilter {
  @Field(() => [ID], { nullable: true, description: 'One of these SCIM connections.' })
  connectionIds?: string[] | null;

  @Field(() => Boolean, { nullable: true, description: 'True: nobody; an ordinary person.' })
  ordinary?: boolean | null;
}

/** Which people a list or its facets are about. */
@ArgsType()
export class UserListArgs {
  @Field(() => String, {
    nullable: true,
    description:
      'What somebody typed: each word must begin a word of the name, user name or address. A word nobody has is forgiven one typing error.',
  })
  search?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'A SCIM filter, such as `userName sw "a" and active eq true`.',
  })
  filter?: string | null;

  @Field(() => [UserStatusEnum], { nullable: true, description: 'With one of these statuses.' })
  status?: UserStatus[] | null;

  @Field(() => [RoleEnum], { nullable: true, description: 'With one of these roles.' })
  role?: Role[] | null;

  @Field(() => [HeldLicenseEnum], { nullable: true, description: 'Holding one of these kinds of seat.' })
  license?: HeldLicense[] | null;

  @Field(() => UserManagerFilter, { nullable: true, description: 'Managed by.' })
  managedBy?: UserManagerFilter | null;
}

@ObjectType({ description: 'How many people have a status.', simpleResolvers: true })
export class StatusCount {
  @Field(() => UserStatusEnum, { description: 'The status.' })
  value!: UserStatus;

  @Field(() => Int, { description: 'How many have it.' })
  count!: number;
}

@ObjectType({ description: 'How many people have a role.', simpleResolvers: true })
export class RoleCount {
  @Field(() => RoleEnum, { description: 'The role.' })
  value!: Role;

  @Field(() => Int, { description: 'How many have it.' })
  count!: number;
}

@ObjectType({ description: 'How many people hold a kind of seat.', simpleResolvers: true })
export class LicenseCount {
  @Field(() => HeldLicenseEnum, { description: 'The kind of seat.' })
  value!: HeldLicense;

  @Field(() => Int, { description: 'How many hold it.' })
  count!: number;
}

@ObjectType({ description: 'How many people somebody manages.', simpleResolvers: true })
export class ManagerCount {
  @Field(() => Int, { description: 'How many.' })
  count!: number;

  /** A connection's id; feeds the field `scimConnection`. */
  value!: string | null;
}

@ObjectType({
  description:
    'Exact counts beside a list of people. Each facet counts with every restriction but its own: what choosing another value would find.',
  simpleResolvers: true,
})
export class UserFacetsType {
  @Field(() => Int, { description: 'How many people the whole list has.' })
  total!: number;

  @Field(() => [StatusCount], { description: 'By status, most first; what nobody has is left out.' })
  status!: StatusCount[];

  @Field(() => [RoleCount], { description: 'By role.' })
  role!: RoleCount[];

  @Field(() => [LicenseCount], { description: 'By the kind of seat.' })
  license!: LicenseCount[];

  @Field(() => [ManagerCount], { description: 'By the connection that manages them.' })
  managedBy!: ManagerCount[];
}
