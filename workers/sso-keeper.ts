import { sql } from 'kysely';
import { claimSsoRefresh } from '../src/access/claim-sso-refresh.js';
import { refreshSso } from '../src/access/refresh-sso.js';
import type { Outside } from '../src/kernel/context.js';
import type { Database } from '../src/kernel/database.js';
import type { Logger } from '../src/kernel/logger.js';
import { runInSystem } from '../src/kernel/tenancy.js';
import { workerContext } from './context.js';
import { Loop } from './loop.js';

const INTERVAL_MS = 60_000;
const AT_ONCE = 50;

/**
 * Reads the documents of identity providers again when they are due: SAML metadata by its URL, OIDC discovery. Every
 * process may run one; a claim in PostgreSQL decides which of them reads.
 */
export class SsoKeeper {
  private readonly loop = new Loop(() => this.round());

  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
    private readonly outside: Outside,
  ) {}

  readonly start = (): void => this.loop.start();
  readonly stop = (): Promise<void> => this.loop.stop();

  /** One round; how many connections were read. A provider that does not answer holds up nobody else for long. */
  async refresh(): Promise<number> {
    const due = await runInSystem(this.database, (tx) =>
      tx.rows(sql<{ organization_id: string; id: string }>`
        select organization_id, id from sso_connections where status = 'active' and refresh_at <= now()
        order by refresh_at limit ${AT_ONCE}
      `),
    );
    let read = 0;
    for (const { organization_id: organizationId, id } of due) {
      if (this.loop.stopping.aborted) break;
      const context = workerContext(this.database, 'sweeper', { organizationId, requestId: 'sso-keeper' });
      try {
        const settings = await claimSsoRefresh(context, { id });
        if (!settings) continue;
        const { outcome } = await refreshSso({ ...context, outside: this.outside }, { id, settings });
        if (outcome === 'failed') this.logger.warn({ organizationId, id }, 'a provider could not be read');
        read += 1;
      } catch (error) {
        this.logger.warn({ err: error, organizationId, id }, 'an SSO connection was not refreshed');
      }
    }
    return read;
  }

  private async round(): Promise<number> {
    try {
      return (await this.refresh()) >= AT_ONCE ? 0 : INTERVAL_MS;
    } catch (error) {
      this.logger.warn({ err: error }, 'SSO connections could not be looked at');
      return INTERVAL_MS;
    }
  }
}
