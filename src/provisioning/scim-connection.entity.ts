import { defineEntity, p } from '@mikro-orm/core';
import { organizationFilter } from '../kernel/tenancy.js';

export const PROVIDERS = ['okta', 'entra', 'onelogin', 'custom'] as const;
/** The identity provider an administrator chose at set-up (B2). It changes instructions, never rules. */
export type Provider = (typeof PROVIDERS)[number];

export const PROFILES = ['standard', 'rfc'] as const;

const ScimConnectionSchema = defineEntity({
  name: 'ScimConnection',
  tableName: 'scim_connections',
  filters: organizationFilter,
  properties: {
    organizationId: p.uuid().primary(),
    id: p.uuid().primary(),
    provider: p.enum([...PROVIDERS]),
    profile: p.enum([...PROFILES]),
    status: p.enum(['active', 'disabled']),
    /** B24: whether the provider also sees groups that were created here. */
    showsAllGroups: p.boolean().default(false),
    /** What an administrator calls it, when an organization has several. */
    label: p.text().default(''),
    createdAt: p.datetime().onCreate(() => new Date()),
  },
});

/** One identity provider that pushes into the organization. People and groups belong to the connection that made them. */
export class ScimConnection extends ScimConnectionSchema.class {}
ScimConnectionSchema.setClass(ScimConnection);

export { ScimConnectionSchema };
