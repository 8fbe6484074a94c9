import { sql } from 'kysely';
import { z } from 'zod';
import { command } from '../kernel/operation.js';
import { SsoSettings } from './sso/settings.js';

/** Whoever claims a connection has this long to read its documents; the guarded client gives up after 5 seconds. */
const CLAIMED_MINUTES = 5;

/**
 * Claims a connection whose documents are due, so that of all processes one reads them; undefined when another has it or
 * nothing is due.
 */
export const claimSsoRefresh = command({
  permission: 'connection:refresh',
  input: z.object({ id: z.uuid() }),
  audit: () => undefined,
  async run(tx, { id }): Promise<SsoSettings | undefined> {
    const [row] = await tx.rows(sql<{ settings: unknown }>`
      update sso_connections set refresh_at = now() + make_interval(mins => ${CLAIMED_MINUTES})
      where organization_id = ${tx.context.organizationId} and id = ${id} and status = 'active' and refresh_at <= now()
      returning settings
    `);
    return row && SsoSettings.parse(row.settings);
  },
});
