import { defineEntity, p } from '@mikro-orm/core';
import { ROLES } from '../kernel/permissions.js';
import { organizationFilter } from '../kernel/tenancy.js';

const ApiTokenSchema = defineEntity({
  name: 'ApiToken',
  tableName: 'api_tokens',
  filters: organizationFilter,
  properties: {
    organizationId: p.uuid().primary(),
    id: p.uuid().primary(),
    role: p.enum([...ROLES]),
    lookupId: p.text(),
    secretHash: p.blob(),
    lastFour: p.text(),
    createdBy: p.text(),
    createdAt: p.datetime().onCreate(() => new Date()),
    revokedAt: p.datetime().nullable(),
    lastUsedAt: p.datetime().nullable(),
  },
});

/** A credential of the GraphQL API: it acts with the permissions of a role, in one organization. */
export class ApiToken extends ApiTokenSchema.class {}
ApiTokenSchema.setClass(ApiToken);

export { ApiTokenSchema };
