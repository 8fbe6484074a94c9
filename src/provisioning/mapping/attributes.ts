import { ENTERPRISE_USER } from '../../directory/attributes.js';

/** What the product knows of a person (B8), as a mapping screen and the provisioning log call it. */
export interface MappedAttribute {
  /** As the provider's mapping has it. */
  path: string;
  /** As `changes` of the log and refusals name it. */
  logged: string;
  required: boolean;
  type: 'text' | 'boolean' | 'address';
}

/** B8. `active` is required, and absent means true on creation. */
export const MAPPED_ATTRIBUTES: readonly MappedAttribute[] = [
  { path: 'userName', logged: 'userName', required: true, type: 'text' },
  { path: 'emails[type eq "work"].value', logged: 'emails', required: true, type: 'address' },
  { path: 'active', logged: 'active', required: true, type: 'boolean' },
  { path: 'externalId', logged: 'externalId', required: true, type: 'text' },
  { path: 'name.givenName', logged: 'name.givenName', required: false, type: 'text' },
  { path: 'name.familyName', logged: 'name.familyName', required: false, type: 'text' },
  { path: 'title', logged: 'title', required: false, type: 'text' },
  {
    path: `${ENTERPRISE_USER}:employeeNumber`,
    logged: `${ENTERPRISE_USER}:employeeNumber`,
    required: false,
    type: 'text',
  },
];
