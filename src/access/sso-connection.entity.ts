import { defineEntity, p } from '@mikro-orm/core';
import { organizationFilter } from '../kernel/tenancy.js';

const SsoConnectionSchema = defineEntity({
  name: 'SsoConnection',
  tableName: 'sso_connections',
  filters: organizationFilter,
  properties: {
    organizationId: p.uuid().primary(),
    id: p.uuid().primary(),
    kind: p.enum(['simulated', 'saml', 'oidc']),
    status: p.enum(['active', 'disabled']),
    createdAt: p.datetime().onCreate(() => new Date()),
  },
});

/** How an organization's people sign in at their own identity provider. An active one opens SCIM set-up (B1). */
export class SsoConnection extends SsoConnectionSchema.class {}
SsoConnectionSchema.setClass(SsoConnection);

export { SsoConnectionSchema };
