import 'reflect-metadata';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import type { EVIDENCE_KINDS } from '../src/provisioning/evidence.js';
import type { MembershipVerdict } from '../src/provisioning/membership-verdict.js';
import type { UserVerdict } from '../src/provisioning/user-verdict.js';

/** Why somebody is, or is not, in a group. */
export const MembershipVerdictEnum = {
  MEMBER: 'member',
  ADD_PENDING: 'addPending',
  REMOVAL_PENDING: 'removalPending',
  PERSON_ERASED: 'personErased',
  PERSON_DEPROVISIONED: 'personDeprovisioned',
  PERSON_DEACTIVATED_BY_PROVIDER: 'personDeactivatedByProvider',
  PERSON_DEACTIVATED_BY_ADMIN: 'personDeactivatedByAdmin',
  ADD_REFUSED: 'addRefused',
  REMOVED: 'removed',
  NESTED_GROUP_IGNORED: 'nestedGroupIgnored',
  GROUP_NOT_MANAGED: 'groupNotManaged',
  GROUP_NO_LONGER_PUSHED: 'groupNoLongerPushed',
  NEVER_PROVISIONED: 'neverProvisioned',
  GROUP_NEVER_PUSHED: 'groupNeverPushed',
  NOT_SENT: 'notSent',
} as const satisfies Record<string, MembershipVerdict>;

registerEnumType(MembershipVerdictEnum, {
  name: 'MembershipVerdict',
  description: 'Why somebody is in a group, or is not.',
  valuesConfig: {
    MEMBER: { description: 'In the group, in effect.' },
    ADD_PENDING: { description: 'Accepted and not in effect yet.' },
    REMOVAL_PENDING: { description: 'Still in effect; its end is accepted.' },
    PERSON_ERASED: { description: 'The personal data of the person was erased.' },
    PERSON_DEPROVISIONED: { description: 'The identity provider took the person away.' },
    PERSON_DEACTIVATED_BY_PROVIDER: { description: 'The identity provider deactivated the person.' },
    PERSON_DEACTIVATED_BY_ADMIN: { description: 'An administrator deactivated the person.' },
    ADD_REFUSED: {
      description: 'The identity provider asked for it and was refused, or the person was left out.',
    },
    REMOVED: { description: 'Was in the group, or was about to be, and was removed.' },
    NESTED_GROUP_IGNORED: { description: 'Only a group of the person was put into it, which is ignored.' },
    GROUP_NOT_MANAGED: { description: 'The group was made here; no identity provider decides who is in it.' },
    GROUP_NO_LONGER_PUSHED: { description: 'The identity provider took the group away.' },
    NEVER_PROVISIONED: { description: 'No identity provider provisions the person.' },
    GROUP_NEVER_PUSHED: { description: 'The identity provider never sent who is in the group.' },
    NOT_SENT: { description: 'The identity provider never sent this person as a member.' },
  },
});

/** Why somebody may, or may not, use the product. */
export const UserVerdictEnum = {
  ERASED: 'erased',
  DEPROVISIONED: 'deprovisioned',
  DEACTIVATED_BY_PROVIDER: 'deactivatedByProvider',
  DEACTIVATED_BY_ADMIN: 'deactivatedByAdmin',
  NEVER_PROVISIONED: 'neverProvisioned',
  NEVER_SIGNED_IN: 'neverSignedIn',
  ACTIVE: 'active',
} as const satisfies Record<string, UserVerdict>;

registerEnumType(UserVerdictEnum, {
  name: 'UserVerdict',
  description: 'Where somebody stands, and who decided it.',
  valuesConfig: {
    ERASED: { description: 'The personal data was erased.' },
    DEPROVISIONED: { description: 'The identity provider took the person away.' },
    DEACTIVATED_BY_PROVIDER: { description: 'The identity provider deactivated the person.' },
    DEACTIVATED_BY_ADMIN: { description: 'An administrator deactivated the person.' },
    NEVER_PROVISIONED: { description: 'Active; no identity provider manages the person.' },
    NEVER_SIGNED_IN: { description: 'Active and provisioned; has never signed in.' },
    ACTIVE: { description: 'Active and provisioned; has signed in.' },
  },
});

export const EvidenceKindEnum = {
  REQUEST: 'request',
  AUDIT: 'audit',
  MEMBERSHIP: 'membership',
  MEMBERSHIP_EVENT: 'membershipEvent',
  ATTRIBUTE: 'attribute',
} as const;

registerEnumType(EvidenceKindEnum, {
  name: 'EvidenceKind',
  description: 'What kind of row an explanation rests on.',
  valuesConfig: {
    REQUEST: { description: 'A request of the provisioning log.' },
    AUDIT: { description: 'A row of the audit log.' },
    MEMBERSHIP: { description: 'The membership as it is now.' },
    MEMBERSHIP_EVENT: { description: 'A moment of a membership that is over.' },
    ATTRIBUTE: { description: 'Where a value of the person came from.' },
  },
});

@ObjectType({ description: 'One row that an explanation rests on.', simpleResolvers: true })
export class EvidenceType {
  @Field(() => EvidenceKindEnum, { description: 'What kind of row.' })
  kind!: (typeof EVIDENCE_KINDS)[number];

  @Field(() => Date, { description: 'When it happened.' })
  at!: Date;

  @Field(() => String, { nullable: true, description: 'Who did it, by name.' })
  actor!: string | null;

  @Field(() => String, { description: 'What it says.' })
  sentence!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The request behind it: look it up in `provisioningLog`.',
  })
  requestId!: string | null;
}

@ObjectType({ description: 'Why somebody is in a group, or is not.', simpleResolvers: true })
export class MembershipExplanation {
  @Field(() => MembershipVerdictEnum, { description: 'The reason.' })
  verdict!: MembershipVerdict;

  @Field(() => String, { description: 'The same in words, with who, when and what to do.' })
  sentence!: string;

  @Field(() => [EvidenceType], { description: 'The rows it rests on, the most telling first.' })
  evidence!: EvidenceType[];
}

@ObjectType({ description: 'Where somebody stands, and who decided it.', simpleResolvers: true })
export class UserExplanation {
  @Field(() => UserVerdictEnum, { description: 'Where they stand.' })
  verdict!: UserVerdict;

  @Field(() => String, { description: 'The same in words, with who, when and what to do.' })
  sentence!: string;

  @Field(() => [EvidenceType], { description: 'The rows it rests on, the most telling first.' })
  evidence!: EvidenceType[];
}
