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
    /** What a service acts with; of a person's token the most it may act with. */
    role: p.enum([...ROLES]),
    userId: p.uuid().nullable(),
    label: p.text().nullable(),
    /** The permissions it was narrowed to; null for all of its role. */
    scopes: p.array().columnType('text[]').$type<string[]>().nullable(),
    lookupId: p.text(),
    secretHash: p.blob(),
    lastFour: p.text(),
    createdBy: p.text(),
    createdAt: p.datetime().onCreate(() => new Date()),
    expiresAt: p.datetime().nullable(),
    revokedAt: p.datetime().nullable(),
    lastUsedAt: p.datetime().nullable(),
  },
});

/** A credential of the GraphQL API: it acts as a service with a role, or as a person, in one organization. */
export class ApiToken extends ApiTokenSchema.class {}
ApiTokenSchema.setClass(ApiToken);

export { ApiTokenSchema };
