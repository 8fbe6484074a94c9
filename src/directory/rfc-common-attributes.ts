import { type Attribute, attribute, commonAttributes, type ResourceName, readOnly } from './attributes.js';

/** What every resource of the `rfc` profile has and no schema lists (RFC 7643 section 3, 3.1). */
export const rfcCommonAttributes = (resource: ResourceName, row: 'u' | 'g'): readonly Attribute[] => [
  readOnly({
    name: 'schemas',
    description: 'The URNs of the schemas the resource has values of.',
    type: 'reference',
    multiValued: true,
    required: true,
    caseExact: true,
    returned: 'always',
    storage: { in: 'schemas' },
  }),
  ...commonAttributes(resource, row),
  attribute({
    name: 'externalId',
    description: "The client's own identifier of the resource. It need not be unique here.",
    caseExact: true,
    storage: { in: 'column', column: `${row}.external_id` },
  }),
];
