import { sql } from 'kysely';
import { z } from 'zod';
import { notFound } from '../kernel/errors.js';
import { query } from '../kernel/operation.js';
import { readLink } from '../mail/links.js';
import type { Language } from '../organizations/organization.entity.js';

/** What the public pages of an organization say about it. */
export interface LandingPage {
  name: string;
  slug: string;
  language: Language;
  /** Whom to ask, in the organization's own words. */
  contact: string | null;
  /** Whether any domain is approved, so that asking makes sense. */
  asksForAccess: boolean;
}

/** Of the organization the visitor is at. */
export const landingPage = query({
  permission: 'access:request',
  input: z.object({}),
  async run(tx): Promise<LandingPage> {
    const { organizationId } = tx.context;
    const [row] = await tx.rows(sql<LandingPage>`
      select o.name, o.slug, o.language, o.contact, exists (
        select from approved_domains where organization_id = ${organizationId}) as "asksForAccess"
      from organizations o where o.id = ${organizationId}
    `);
    if (!row) throw notFound('organization', organizationId);
    return row;
  },
});

/**
 * Whether the link of a request for access still opens something. Consumes nothing: mail scanners follow every link
 * before a person does (abuse 23).
 */
export const isLinkOpen = query({
  permission: 'access:request',
  input: z.object({ token: z.string() }),
  run: async (tx, { token }) => (await readLink(tx, 'verification', token)) !== undefined,
});
