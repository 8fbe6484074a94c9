import { sql } from 'kysely';
import { z } from 'zod';
import { notFound } from '../kernel/errors.js';
import { query } from '../kernel/operation.js';
import { LANGUAGES, type Language } from '../organizations/organization.entity.js';
import { type ConnectionFacts, connectionFactsOf, toConnectionFacts } from './connection-facts.js';
import { type Health, healthOf, healthWithoutConnection } from './health/health.js';

/** As many connections as one list shows. */
const MAX_CONNECTIONS = 100;

/** What is known of some connections, in no particular order; ids that name none are left out. */
export const connectionFacts = query({
  permission: 'connection:read',
  input: z.object({ connectionIds: z.array(z.uuid()).max(MAX_CONNECTIONS) }),
  async run(tx, { connectionIds }): Promise<ConnectionFacts[]> {
    const rows = await tx.rows(connectionFactsOf(tx.context.organizationId, connectionIds));
    return rows.map(toConnectionFacts);
  },
});

/**
 * How provisioning is doing in the organization: of its newest connection that is not disabled, else of its newest, else
 * what keeps it from having one (B1).
 */
export const scimHealth = query({
  permission: 'connection:read',
  input: z.object({ language: z.enum(LANGUAGES).nullish() }),
  async run(tx, { language }): Promise<Health> {
    const { organizationId } = tx.context;
    const [state] = await tx.rows(sql<{
      plan: 'team' | 'enterprise';
      language: Language;
      hasSso: boolean;
      connectionId: string | null;
    }>`
      select o.plan, o.language,
        exists (select from sso_connections x where x.organization_id = o.id and x.status = 'active') as "hasSso",
        (select s.id from scim_connections s where s.organization_id = o.id
          order by s.status = 'disabled', s.id desc limit 1) as "connectionId"
      from organizations o where o.id = ${organizationId}
    `);
    if (!state) throw notFound('organization', organizationId);
    const wanted = language ?? state.language;
    if (state.connectionId === null) return healthWithoutConnection(state, wanted);
    const [row] = await tx.rows(connectionFactsOf(organizationId, [state.connectionId]));
    return row ? healthOf(toConnectionFacts(row), wanted) : healthWithoutConnection(state, wanted);
  },
});
