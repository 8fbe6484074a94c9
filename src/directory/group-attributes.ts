import { attribute, CORE_GROUP, commonAttributes, type ResourceTable, readOnly } from './attributes.js';

/** The Group of the `standard` profile (B23). */
export const STANDARD_GROUP: ResourceTable = {
  name: 'Group',
  endpoint: '/Groups',
  description: 'A group of people.',
  common: commonAttributes('Group', 'g'),
  extensions: [],
  schema: {
    id: CORE_GROUP,
    name: 'Group',
    description: 'A group of people. Attributes that are not listed are ignored, and so are nested groups.',
    attributes: [
      attribute({
        name: 'displayName',
        description: 'The name of the group. Unique in the organization, whatever its letter case.',
        required: true,
        uniqueness: 'server',
        storage: { in: 'column', column: 'g.display_name', key: 'g.display_name_key' },
      }),
      attribute({
        name: 'externalId',
        description: "The identity provider's own identifier of the group.",
        caseExact: true,
        storage: { in: 'column', column: 'g.external_id' },
      }),
      attribute({
        name: 'members',
        description: 'The people in the group. A change is accepted at once and applied shortly after.',
        type: 'complex',
        multiValued: true,
        // The customer's reference spells the filter `member.value`.
        aliases: ['member'],
        storage: { in: 'members' },
        subAttributes: [
          attribute({
            name: 'value',
            description: 'The id of the person.',
            caseExact: true,
            mutability: 'immutable',
            storage: { in: 'id', column: 'm.user_id' },
          }),
          attribute({
            name: '$ref',
            description: 'The URI of the person.',
            type: 'reference',
            caseExact: true,
            mutability: 'immutable',
            referenceTypes: ['User'],
            storage: { in: 'address', endpoint: '/Users', column: 'm.user_id' },
          }),
          readOnly({
            name: 'display',
            description: 'A name to show for the person.',
            storage: { in: 'person' },
          }),
          attribute({
            name: 'type',
            description: 'The kind of the member. Groups do not nest, so always "User".',
            mutability: 'immutable',
            canonicalValues: ['User'],
            storage: { in: 'constant', value: 'User' },
          }),
        ],
      }),
    ],
  },
};
