import { defineEntity, p } from '@mikro-orm/core';
import { organizationFilter } from '../kernel/tenancy.js';
import type { SsoSettings } from './sso/settings.js';

/** By which attribute a first sign-in meets the person SCIM provisioned (B37). */
export const MATCHES = ['external_id', 'user_name', 'nothing'] as const;
export type Match = (typeof MATCHES)[number];

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
    /** What the sign-in page calls it. */
    name: p.text().default('Single sign-on'),
    settings: p.json<SsoSettings>().default('{}'),
    matches: p.enum([...MATCHES]).default('external_id'),
    /** B37: whether a first sign-in creates a person nobody provisioned. */
    createsPeople: p.boolean().default(true),
    /** Whether a SAML sign-in may start at the provider, which no cookie of ours can vouch for (abuse 13). */
    allowsProviderStart: p.boolean().default(false),
    updatedAt: p.datetime().onCreate(() => new Date()),
    /** When the provider's documents are read again; null where there is no address to read them from. */
    refreshAt: p.datetime().nullable(),
    refreshedAt: p.datetime().nullable(),
    /** Why the last reading failed, and since when it has. */
    refreshError: p.text().nullable(),
    failingSince: p.datetime().nullable(),
  },
});

/** How an organization's people sign in at their own identity provider. An active one opens SCIM set-up (B1). */
export class SsoConnection extends SsoConnectionSchema.class {}
SsoConnectionSchema.setClass(SsoConnection);

export { SsoConnectionSchema };
