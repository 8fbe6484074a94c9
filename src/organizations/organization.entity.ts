import { defineEntity, p } from '@mikro-orm/core';

export const PLANS = ['team', 'enterprise'] as const;
/** B1: provisioning by SCIM belongs to `enterprise`. */
export type Plan = (typeof PLANS)[number];

export const LANGUAGES = ['en', 'de', 'ko'] as const;
export type Language = (typeof LANGUAGES)[number];

export const WHEN_NO_LICENSE_IS_FREE = ['refuse', 'wait'] as const;
/** B35: whether a sign-in that finds no free license ends, or puts the person in line. */
export type WhenNoLicenseIsFree = (typeof WHEN_NO_LICENSE_IS_FREE)[number];

/** A DNS label: it is the first part of a host name. */
export const SLUG = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** An integer column; nobody buys more. */
export const MAX_SEATS = 10_000_000;

const OrganizationSchema = defineEntity({
  name: 'Organization',
  tableName: 'organizations',
  properties: {
    id: p.uuid().primary(),
    slug: p.text(),
    name: p.text(),
    plan: p.enum([...PLANS]),
    /** The language mails and set-up texts are written in. */
    language: p.enum([...LANGUAGES]).default('en'),
    whenNoLicenseIsFree: p.enum([...WHEN_NO_LICENSE_IS_FREE]).default('refuse'),
    /** Whether a sign-in takes a Pro license instead of a standard one (B35). */
    proForEveryone: p.boolean().default(false),
    /** Whom people are told to ask, on pages that cannot help them. */
    contact: p.text().nullable(),
    createdAt: p.datetime().onCreate(() => new Date()),
  },
});

/** A customer of the software company that runs Rollcall. Its row is visible to itself alone. */
export class Organization extends OrganizationSchema.class {}
OrganizationSchema.setClass(Organization);

export { OrganizationSchema };
