import 'reflect-metadata';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { Role } from '../src/kernel/permissions.js';
import { RoleEnum } from './user.graphql.js';

@InputType({ description: 'Who gets which role.' })
export class ChangeUserRoleInput {
  @Field(() => ID, { description: 'Whose role.' })
  id!: string;

  @Field(() => RoleEnum, { description: "The new role: not above the caller's own." })
  role!: Role;

  @Field(() => Int, {
    nullable: true,
    description: 'Refuse with PRECONDITION_FAILED unless the person still has this version.',
  })
  expectedVersion?: number | null;
}

@InputType({ description: 'Who administers which group.' })
export class GroupAdminInput {
  @Field(() => ID, { description: 'Which group, whoever manages it.' })
  groupId!: string;

  @Field(() => ID, { description: 'Which person.' })
  userId!: string;
}

@ObjectType('GroupAdminPayload', {
  description: 'Whether somebody administers a group now.',
  simpleResolvers: true,
})
export class GroupAdminPayload {
  /** Feed the fields `group` and `user`. */
  groupId!: string;
  userId!: string;
}
