import {
  type Attribute,
  attribute,
  CORE_USER,
  commonAttributes,
  ENTERPRISE_USER,
  type ResourceTable,
  readOnly,
} from './attributes.js';

const name: Attribute = attribute({
  name: 'name',
  description: 'The parts of the name. Optional, and recommended: they make a person easy to recognise.',
  type: 'complex',
  storage: { in: 'parts' },
  subAttributes: [
    attribute({
      name: 'givenName',
      description: 'The given (first) name.',
      storage: { in: 'column', column: 'u.given_name' },
    }),
    attribute({
      name: 'familyName',
      description: 'The family (last) name.',
      storage: { in: 'column', column: 'u.family_name' },
    }),
  ],
});

/** One address is kept: the one of type "work", or the primary or only one that stands in for it (B8). */
const emails: Attribute = attribute({
  name: 'emails',
  description:
    'The work address. Required and unique; the primary or only address stands in when none is "work".',
  type: 'complex',
  multiValued: true,
  required: true,
  storage: { in: 'row', column: 'u.email' },
  subAttributes: [
    attribute({
      name: 'value',
      description: 'The address. It is unique in the organization, whatever its letter case.',
      required: true,
      uniqueness: 'server',
      storage: { in: 'column', column: 'u.email', key: 'u.email_key' },
    }),
    attribute({
      name: 'type',
      description: 'What the address is for. Only "work" is kept.',
      canonicalValues: ['work'],
      storage: { in: 'constant', value: 'work' },
    }),
    attribute({
      name: 'primary',
      description: 'Always true: there is one address.',
      type: 'boolean',
      storage: { in: 'constant', value: true },
    }),
  ],
});

/** What the memberships say; the same in every profile. */
export const groups: Attribute = readOnly({
  name: 'groups',
  description: 'The groups the person is in. They change by changing the members of a group.',
  type: 'complex',
  multiValued: true,
  storage: { in: 'groups' },
  subAttributes: [
    readOnly({
      name: 'value',
      description: 'The id of the group.',
      caseExact: true,
      storage: { in: 'id', column: 'm.group_id' },
    }),
    readOnly({
      name: '$ref',
      description: 'The URI of the group.',
      type: 'reference',
      caseExact: true,
      referenceTypes: ['Group'],
      storage: { in: 'address', endpoint: '/Groups', column: 'm.group_id' },
    }),
    readOnly({
      name: 'display',
      description: 'The name of the group.',
      storage: { in: 'column', column: 'mg.display_name', key: 'mg.display_name_key' },
    }),
    readOnly({
      name: 'type',
      description: 'How the person came into the group. Groups do not nest, so always "direct".',
      canonicalValues: ['direct'],
      storage: { in: 'constant', value: 'direct' },
    }),
  ],
});

/** The User of the `standard` profile: exactly what rule B8 supports. */
export const STANDARD_USER: ResourceTable = {
  name: 'User',
  endpoint: '/Users',
  description: 'A person of the organization.',
  common: commonAttributes('User', 'u'),
  schema: {
    id: CORE_USER,
    name: 'User',
    description: 'A person of the organization. Attributes that are not listed are ignored.',
    attributes: [
      attribute({
        name: 'userName',
        description:
          'The name the identity provider signs the person in with. Unique, whatever its letter case.',
        required: true,
        uniqueness: 'server',
        storage: { in: 'column', column: 'u.user_name', key: 'u.user_name_key' },
      }),
      attribute({
        name: 'externalId',
        description:
          "The identity provider's own identifier. Required and unique; employeeNumber stands in when it is missing.",
        required: true,
        caseExact: true,
        uniqueness: 'server',
        storage: { in: 'column', column: 'u.external_id' },
      }),
      name,
      emails,
      attribute({
        name: 'active',
        description:
          'Whether the person may sign in. False deactivates the person; absent on create means true.',
        type: 'boolean',
        required: true,
        storage: { in: 'column', column: 'u.active' },
      }),
      attribute({
        name: 'title',
        description: 'The job title, for example "Senior Engineer".',
        storage: { in: 'column', column: 'u.title' },
      }),
      groups,
    ],
  },
  extensions: [
    {
      required: false,
      schema: {
        id: ENTERPRISE_USER,
        name: 'EnterpriseUser',
        description: 'What an employer knows about the person. Attributes that are not listed are ignored.',
        attributes: [
          attribute({
            name: 'employeeNumber',
            description: 'The number the employer gave the person.',
            storage: { in: 'column', column: 'u.employee_number' },
          }),
        ],
      },
    },
  ],
};
