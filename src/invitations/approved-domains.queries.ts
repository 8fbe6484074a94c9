import { sql } from 'kysely';
import { z } from 'zod';
import { query } from '../kernel/operation.js';

/** A domain whose people may ask for access by themselves (B36). */
export interface ApprovedDomain {
  id: string;
  /** As IDNA writes it in ASCII. */
  domain: string;
  createdAt: Date;
}

/** All of them, in alphabetical order; there are at most MAX_APPROVED_DOMAINS. */
export const approvedDomains = query({
  permission: 'domain:read',
  input: z.object({}),
  async run(tx): Promise<ApprovedDomain[]> {
    const rows = await tx.rows(sql<{ id: string; domain: string; created_at: string }>`
      select id, domain, created_at from approved_domains
      where organization_id = ${tx.context.organizationId} order by domain
    `);
    return rows.map(({ id, domain, created_at }) => ({ id, domain, createdAt: new Date(created_at) }));
  },
});
