import { connectSimulatedSso } from '../../src/access/connect-simulated-sso.js';
import { issueApiToken } from '../../src/access/issue-api-token.js';
import { operatorContext } from '../../src/cli/operator.js';
import { entities } from '../../src/entities.js';
import { Database } from '../../src/kernel/database.js';
import { newId } from '../../src/kernel/ids.js';
import { createLogger } from '../../src/kernel/logger.js';
import { createOrganization } from '../../src/organizations/create-organization.js';
import { connectScim } from '../../src/provisioning/connect-scim.js';

export interface FaultOrganization {
  id: string;
  slug: string;
  connectionId: string;
  /** SCIM. */
  token: string;
  /** GraphQL, as an owner. */
  apiToken: string;
  /** Groups that the clients fill and empty. */
  groups: string[];
}

/** Fewer than there are people, so that some are refused and the limit is reached (I5). */
export const SEATS = 12;

/** Organizations as an operator makes them, straight through the operations, on a migrated database. */
export async function makeOrganizations(
  url: string,
  secretKey: string,
  slugs: string[],
): Promise<FaultOrganization[]> {
  const database = await Database.open({ url, entities, logger: createLogger('silent'), secretKey });
  try {
    const made: FaultOrganization[] = [];
    for (const slug of slugs) {
      const context = operatorContext(database, newId());
      const owner = { ownerEmail: `owner@${slug}.example`, plan: 'enterprise' as const, seats: SEATS };
      const { organizationId } = await createOrganization(context, { slug, ...owner });
      await connectSimulatedSso(context, {});
      const { connectionId, token } = await connectScim(context, { provider: 'custom' });
      const { token: apiToken } = await issueApiToken(context, { role: 'owner' });
      made.push({ id: organizationId, slug, connectionId, token, apiToken, groups: [] });
    }
    return made;
  } finally {
    await database.close();
  }
}
