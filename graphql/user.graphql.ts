import 'reflect-metadata';
import { GraphQLJSONObject } from 'graphql-scalars';
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { License, UserProfile, UserStatus } from '../src/directory/shapes.js';
import type { Role } from '../src/kernel/permissions.js';
import { connectionTypes } from './connection.js';
import { Node } from './node.graphql.js';
import { DeactivatedByEnum, UserStatusEnum } from './user-enums.graphql.js';
import { UserNameFields } from './user-fields.graphql.js';

export const RoleEnum = { OWNER: 'owner', ADMIN: 'admin', GROUP_ADMIN: 'group_admin', USER: 'user' } as const;

registerEnumType(RoleEnum, {
  name: 'Role',
  description: 'What someone may do in the organization. Nobody grants more than they have.',
  valuesConfig: {
    OWNER: { description: 'Everything. The last owner cannot leave.' },
    ADMIN: { description: 'Everything but ownership.' },
    GROUP_ADMIN: { description: 'The groups they are admin of.' },
    USER: { description: 'Themselves.' },
  },
});

@ObjectType('User', { description: 'A person of the organization.', implements: Node, simpleResolvers: true })
export class UserType {
  @Field(() => ID, { description: 'The same id in SCIM, GraphQL, logs and jobs.' })
  id!: string;

  @Field(() => String, {
    description: 'The name at the identity provider; for an ordinary person their e-mail.',
  })
  userName!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'The address the product writes to, as it was sent. Only people of a connection with the RFC profile can be without one.',
  })
  email!: string | null;

  @Field(() => Boolean, { description: 'Whether this person may sign in.' })
  active!: boolean;

  @Field(() => String, { nullable: true, description: "The identity provider's own id; opaque." })
  externalId!: string | null;

  @Field(() => String, { nullable: true, description: 'First name.' })
  givenName!: string | null;

  @Field(() => String, { nullable: true, description: 'Last name.' })
  familyName!: string | null;

  @Field(() => String, { nullable: true, description: 'Job title.' })
  title!: string | null;

  @Field(() => String, { nullable: true, description: "The employer's number for this person." })
  employeeNumber!: string | null;

  @Field(() => GraphQLJSONObject, {
    description:
      'What else the identity provider said, in SCIM\'s own names (RFC 7643 section 4): {"displayName": ..., "phoneNumbers": [...]}. Kept on connections with the RFC profile; else empty.',
  })
  profile!: UserProfile;

  @Field(() => RoleEnum, { description: 'The role in the organization; SCIM never sets it.' })
  role!: Role;

  @Field(() => Int, { description: 'Grows with every change; the number in the SCIM ETag.' })
  version!: number;

  @Field(() => Date, { description: 'When this person was first known here.' })
  createdAt!: Date;

  @Field(() => Date, { description: 'When an attribute last changed.' })
  updatedAt!: Date;

  @Field(() => UserStatusEnum, { description: 'Where this person stands.' })
  status!: UserStatus;

  @Field(() => DeactivatedByEnum, { nullable: true, description: 'Who ended the access, while it is ended.' })
  deactivatedBy!: 'connection' | 'admin' | null;

  /** Feeds the fields `license` and `licenseState`. */
  license!: License | null;

  @Field(() => Date, { nullable: true, description: 'Since when they hold their license.' })
  licenseTakenAt!: Date | null;

  @Field(() => Date, { nullable: true, description: 'When they first signed in; null when they never did.' })
  firstSignedInAt!: Date | null;

  @Field(() => Date, { nullable: true, description: 'When they last signed in.' })
  lastSignedInAt!: Date | null;

  /** Feeds the field `scimConnection`. */
  connectionId!: string | null;
}

/** A page of people, in Relay's shape. */
export const { Connection: UserConnection } = connectionTypes<UserType>('User', () => UserType);

@InputType({ description: 'What to change of an ordinary person. What is left out stays; null clears.' })
export class UpdateUserInput extends UserNameFields {
  @Field(() => ID, { description: 'Whom to change.' })
  id!: string;

  @Field(() => Int, {
    nullable: true,
    description: 'Refuse with PRECONDITION_FAILED unless the person still has this version.',
  })
  expectedVersion?: number | null;
}
