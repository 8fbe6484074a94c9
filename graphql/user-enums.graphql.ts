import { registerEnumType } from 'type-graphql';

export const UserStatusEnum = {
  ACTIVE: 'active',
  DEACTIVATED: 'deactivated',
  DEPROVISIONED: 'deprovisioned',
  ERASED: 'erased',
} as const;

registerEnumType(UserStatusEnum, {
  name: 'UserStatus',
  description: 'Where someone stands.',
  valuesConfig: {
    ACTIVE: { description: 'May sign in.' },
    DEACTIVATED: { description: 'May not sign in; `deactivatedBy` says who decided it.' },
    DEPROVISIONED: { description: 'The identity provider took this person away; coming back is possible.' },
    ERASED: { description: 'The personal data was erased for good.' },
  },
});

export const HeldLicenseEnum = { NONE: 'none', STANDARD: 'standard', PRO: 'pro' } as const;

registerEnumType(HeldLicenseEnum, {
  name: 'HeldLicense',
  description: 'What kind of seat someone holds, if any.',
  valuesConfig: {
    NONE: { description: 'None: usually someone provisioned who never signed in.' },
    STANDARD: { description: 'A seat.' },
    PRO: { description: 'A Pro seat.' },
  },
});

export const DeactivatedByEnum = { CONNECTION: 'connection', ADMIN: 'admin' } as const;

registerEnumType(DeactivatedByEnum, {
  name: 'DeactivatedBy',
  description: 'Who ended the access of someone.',
  valuesConfig: {
    CONNECTION: { description: 'The identity provider; it can bring the person back.' },
    ADMIN: { description: 'An administrator; the identity provider cannot bring the person back.' },
  },
});
