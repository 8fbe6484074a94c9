import { sql } from 'kysely';
import { z } from 'zod';
import { notFound } from '../kernel/errors.js';
import { query } from '../kernel/operation.js';
import { LINK_PAGES, type LinkPurpose, readLink } from '../mail/links.js';
import type { Language } from '../organizations/organization.entity.js';
import { readInvitation } from './invitations.queries.js';

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

/**
 * The same for a link of either purpose: an invitation's opens nothing any more when a later one was sent, and when the
 * invitation is not pending.
 */
export const isMailedLinkOpen = query({
  permission: 'access:request',
  input: z.object({
    purpose: z.enum(Object.keys(LINK_PAGES) as LinkPurpose[]),
    token: z.string(),
  }),
  async run(tx, { purpose, token }): Promise<boolean> {
    const link = await readLink(tx, purpose, token);
    if (!link || purpose === 'verification') return link !== undefined;
    return (await readInvitation(tx, link)) !== undefined;
  },
});
