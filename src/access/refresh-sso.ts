import { isDeepStrictEqual } from 'node:util';
import { sql } from 'kysely';
import { z } from 'zod';
import type { Context } from '../kernel/context.js';
import { DomainError } from '../kernel/errors.js';
import { command } from '../kernel/operation.js';
import { nextRefresh } from './sso/next-refresh.js';
import { readProvider } from './sso/read-provider.js';
import { SsoSettings } from './sso/settings.js';
import { anotherProvider, providerOf } from './update-sso.js';

const MAX_ERROR = 500;
export type Refreshed = 'changed' | 'unchanged' | 'failed' | 'overtaken';

/**
 * Reads what a provider says of itself again (B37): certificates of a roll-over, endpoints, discovery. What cannot be
 * read changes nothing but the warning administrators see. An administrator's change in between wins.
 */
export const refreshSso = command({
  permission: 'connection:refresh',
  input: z.object({ id: z.uuid(), settings: SsoSettings }),
  audit: ({ settings: { kind } }, { outcome, id }: { outcome: Refreshed; id: string }) =>
    outcome === 'changed' ? { action: 'sso.refreshed', target: id, details: { kind } } : undefined,
  prepare: (context, { settings }) => readAgain(context, settings),
  async run(tx, { id, settings }, read): Promise<{ outcome: Refreshed; id: string }> {
    const { organizationId } = tx.context;
    const [row] = await tx.rows(sql<{ settings: unknown }>`
      select settings from sso_connections
      where organization_id = ${organizationId} and id = ${id} and status = 'active' for update
    `);
    if (!row || !isDeepStrictEqual(SsoSettings.parse(row.settings), settings)) {
      return { outcome: 'overtaken', id };
    }
    if (typeof read === 'string') {
      await tx.rows(sql`
        update sso_connections set refresh_error = ${read}, failing_since = coalesce(failing_since, now()),
          refresh_at = ${nextRefresh(settings, true)}
        where organization_id = ${organizationId} and id = ${id}
      `);
      return { outcome: 'failed', id };
    }
    const isChanged = !isDeepStrictEqual(read, settings);
    const change = isChanged
      ? sql`, settings = ${JSON.stringify(read)}::jsonb, updated_at = clock_timestamp()`
      : sql``;
    await tx.rows(sql`
      update sso_connections set refreshed_at = now(), refresh_error = null, failing_since = null,
        refresh_at = ${nextRefresh(settings)}${change}
      where organization_id = ${organizationId} and id = ${id}
    `);
    return { outcome: isChanged ? 'changed' : 'unchanged', id };
  },
});

/** The settings as the provider has them now, or the sentence that says why they could not be read. */
async function readAgain(context: Context, settings: SsoSettings): Promise<SsoSettings | string> {
  if (settings.kind === undefined) return settings;
  try {
    const read = await readProvider(
      context,
      settings.kind === 'saml' ? { saml: { metadataUrl: settings.metadataUrl } } : { oidc: settings },
      undefined,
    );
    if (providerOf(read) !== providerOf(settings)) throw anotherProvider();
    // As a row would give it back, so that it can be compared with one.
    return SsoSettings.parse(JSON.parse(JSON.stringify({ ...read, attributes: settings.attributes })));
  } catch (error) {
    if (error instanceof DomainError) return error.message.slice(0, MAX_ERROR).toWellFormed();
    throw error;
  }
}
