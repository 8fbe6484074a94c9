import { defineEntity, p } from '@mikro-orm/core';

export const PLANS = ['team', 'enterprise'] as const;
/** B1: provisioning by SCIM belongs to `enterprise`. */
export type Plan = (typeof PLANS)[number];

export const LANGUAGES = ['en', 'de', 'ko'] as const;
export type Language = (typeof LANGUAGES)[number];

const OrganizationSchema = defineEntity({
  name: 'Organization',
  tableName: 'organizations',
  properties: {
    id: p.uuid().primary(),
    slug: p.text(),
    name: p.text(),
    plan: p.enum([...PLANS]),
    /** How many people may hold a license at once (B35). */
    seats: p.integer(),
    /** The language mails and set-up texts are written in. */
    language: p.enum([...LANGUAGES]).default('en'),
    createdAt: p.datetime().onCreate(() => new Date()),
  },
});

/** A customer of the software company that runs Rollcall. Its row is visible to itself alone. */
export class Organization extends OrganizationSchema.class {}
OrganizationSchema.setClass(Organization);

export { OrganizationSchema };
