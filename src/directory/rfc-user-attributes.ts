import { type Attribute, attribute, CORE_USER, type ResourceTable } from './attributes.js';
import { rfcCommonAttributes } from './rfc-common-attributes.js';
import { RFC_ENTERPRISE_USER } from './rfc-enterprise-attributes.js';
import { kept, USER_LISTS } from './rfc-user-lists.js';
import { groups } from './user-attributes.js';

const name: Attribute = attribute({
  name: 'name',
  description: 'The parts of the name.',
  type: 'complex',
  storage: { in: 'parts' },
  subAttributes: [
    kept({ name: 'formatted', description: 'The full name for display, with titles and suffixes.' }, [
      'name',
    ]),
    attribute({
      name: 'familyName',
      description: 'The family (last) name.',
      storage: { in: 'column', column: 'u.family_name' },
    }),
    attribute({
      name: 'givenName',
      description: 'The given (first) name.',
      storage: { in: 'column', column: 'u.given_name' },
    }),
    kept({ name: 'middleName', description: 'The middle name or names.' }, ['name']),
    kept({ name: 'honorificPrefix', description: 'The title in front of the name, such as "Ms.".' }, [
      'name',
    ]),
    kept({ name: 'honorificSuffix', description: 'What follows the name, such as "III".' }, ['name']),
  ],
});

/** The User of the `rfc` profile: the whole of RFC 7643 section 4.1 and 4.3. */
export const RFC_USER: ResourceTable = {
  name: 'User',
  endpoint: '/Users',
  description: 'A person of the organization.',
  common: rfcCommonAttributes('User', 'u'),
  schema: {
    id: CORE_USER,
    name: 'User',
    description: 'A person of the organization.',
    attributes: [
      attribute({
        name: 'userName',
        description: 'The name the person signs in with. Unique, whatever its letter case.',
        required: true,
        uniqueness: 'server',
        storage: { in: 'column', column: 'u.user_name', key: 'u.user_name_key' },
      }),
      name,
      kept({ name: 'displayName', description: 'The name to show.' }),
      kept({ name: 'nickName', description: 'The casual name, such as "Bob" for Robert.' }),
      kept({
        name: 'profileUrl',
        description: 'The URL of a page about the person.',
        type: 'reference',
        caseExact: true,
        referenceTypes: ['external'],
      }),
      attribute({
        name: 'title',
        description: 'The job title, for example "Vice President".',
        storage: { in: 'column', column: 'u.title' },
      }),
      kept({ name: 'userType', description: 'How the person relates to the organization: "Contractor".' }),
      kept({ name: 'preferredLanguage', description: 'The preferred languages, as in Accept-Language.' }),
      kept({ name: 'locale', description: 'The place whose formats the person is used to: "en-US".' }),
      kept({ name: 'timezone', description: 'The time zone by its Olson name: "Europe/Berlin".' }),
      attribute({
        name: 'active',
        description: 'Whether the person may sign in. Absent on create means true; false deactivates.',
        type: 'boolean',
        storage: { in: 'column', column: 'u.active' },
      }),
      attribute({
        name: 'password',
        description: 'Accepted and not stored: people sign in through the identity provider.',
        caseExact: true,
        mutability: 'writeOnly',
        returned: 'never',
        storage: { in: 'nowhere' },
      }),
      ...USER_LISTS,
      groups,
    ],
  },
  extensions: [{ required: false, schema: RFC_ENTERPRISE_USER }],
};
