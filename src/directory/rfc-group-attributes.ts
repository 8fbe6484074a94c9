import type { ResourceTable } from './attributes.js';
import { STANDARD_GROUP } from './group-attributes.js';
import { rfcCommonAttributes } from './rfc-common-attributes.js';

const { schema } = STANDARD_GROUP;

/** The Group of the `rfc` profile (RFC 7643 section 4.2): the same attributes, `externalId` among the common ones. */
export const RFC_GROUP: ResourceTable = {
  ...STANDARD_GROUP,
  common: rfcCommonAttributes('Group', 'g'),
  schema: {
    ...schema,
    description: 'A group of people. Nested groups are left out.',
    attributes: schema.attributes.filter((attribute) => attribute.name !== 'externalId'),
  },
};
