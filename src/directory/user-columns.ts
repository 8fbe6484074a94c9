import type { UserAttributes } from './shapes.js';

/** Where a person's attributes have a column of their own, by the domain's name. */
export const USER_COLUMNS_BY_NAME = {
  userName: 'user_name',
  active: 'active',
  externalId: 'external_id',
  givenName: 'given_name',
  familyName: 'family_name',
  title: 'title',
  employeeNumber: 'employee_number',
} as const satisfies Partial<Record<keyof UserAttributes, string>>;

/** An attribute kept in a column as it is; `email` and `profile` depend on each other and are written together. */
export type PlainAttribute = keyof typeof USER_COLUMNS_BY_NAME;
