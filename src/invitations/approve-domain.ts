import { sql } from 'kysely';
import { z } from 'zod';
import { DomainError } from '../kernel/errors.js';
import { newId } from '../kernel/ids.js';
import { command } from '../kernel/operation.js';
import type { ApprovedDomain } from './approved-domains.queries.js';
import { asciiDomain } from './mail-domain.js';
import { PUBLIC_MAIL_PROVIDERS } from './public-mail-providers.js';

/** Every request for access compares with them; a company with more has another kind of question. */
export const MAX_APPROVED_DOMAINS = 100;

const Domain = z
  .string()
  .max(300)
  .transform((text, check) => {
    const domain = asciiDomain(text);
    if (domain !== undefined) return domain;
    check.addIssue({
      code: 'custom',
      message: 'must be a domain such as acme.example, without @ and without a path',
    });
    return z.NEVER;
  });

/**
 * Lets anyone with an address of exactly this domain ask for access (B36); a subdomain is another domain. Written in any
 * script, kept as IDNA in ASCII. INVALID_INPUT for what is no domain and for public mail providers, CONFLICT when it is
 * approved already, LIMIT_EXCEEDED above MAX_APPROVED_DOMAINS.
 */
export const approveDomain = command({
  permission: 'domain:write',
  input: z.object({ domain: Domain }),
  audit: (_input, approved: ApprovedDomain) => ({
    action: 'domain.approved',
    target: approved.id,
    details: { domain: approved.domain },
  }),
  constraints: {
    approved_domains_unique: ({ domain }) =>
      new DomainError('CONFLICT', `The domain '${domain}' is approved already.`, { field: 'domain' }),
  },
  async run(tx, { domain }) {
    const { organizationId, actor } = tx.context;
    if (PUBLIC_MAIL_PROVIDERS.has(domain)) {
      throw new DomainError(
        'INVALID_INPUT',
        `Anybody can have an address at '${domain}', so approving it would let in everybody. Approve a domain of your own, or invite people one by one.`,
        { field: 'domain' },
      );
    }
    const [row] = await tx.rows(sql<{ id: string; domain: string; created_at: string }>`
      insert into approved_domains (organization_id, id, domain, approved_by)
      select ${organizationId}::uuid, ${newId()}::uuid, ${domain}, ${actor.id}
      where (select count(*) from approved_domains where organization_id = ${organizationId}) < ${MAX_APPROVED_DOMAINS}
      returning id, domain, created_at
    `);
    if (!row) {
      throw new DomainError(
        'LIMIT_EXCEEDED',
        `An organization approves at most ${MAX_APPROVED_DOMAINS} domains. Remove one first.`,
        { field: 'domain' },
      );
    }
    return { id: row.id, domain: row.domain, createdAt: new Date(row.created_at) };
  },
});
