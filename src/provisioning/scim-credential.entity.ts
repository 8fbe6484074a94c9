import { defineEntity, p } from '@mikro-orm/core';
import { organizationFilter } from '../kernel/tenancy.js';

const ScimCredentialSchema = defineEntity({
  name: 'ScimCredential',
  tableName: 'scim_credentials',
  filters: organizationFilter,
  properties: {
    organizationId: p.uuid().primary(),
    id: p.uuid().primary(),
    connectionId: p.uuid(),
    kind: p.enum(['bearer', 'basic']),
    lookupId: p.text(),
    secretHash: p.blob(),
    lastFour: p.text(),
    label: p.text(),
    createdBy: p.text(),
    createdAt: p.datetime().onCreate(() => new Date()),
    expiresAt: p.datetime().nullable(),
    revokedAt: p.datetime().nullable(),
    /** The credential it takes the place of, by a rotation. */
    replaces: p.uuid().nullable(),
    lastUsedAt: p.datetime().nullable(),
    lastUsedAddress: p.text().nullable(),
    lastUsedAgent: p.text().nullable(),
  },
});

/** What an identity provider authenticates with: a bearer token, or a client id and secret sent as HTTP Basic (B3). */
export class ScimCredential extends ScimCredentialSchema.class {}
ScimCredentialSchema.setClass(ScimCredential);

export { ScimCredentialSchema };
