import { sql } from 'kysely';
import type { Work } from '../../kernel/operation.js';
import { unseal } from '../sealed.js';
import { clientSecretPlace, SsoSettings } from '../sso/settings.js';

/** A connection as the sign-in door needs it: with what only the door may use. */
export interface UsableConnection {
  id: string;
  name: string;
  settings: SsoSettings;
  clientSecret: string | undefined;
  /** Changes with every change of the connection. */
  version: string;
}

/** What `usable` is made from. */
export interface ConnectionRow {
  id: string;
  name: string;
  settings: unknown;
  sealed_secret: Buffer | null;
  updated_at: string;
}

/** The columns of a ConnectionRow. */
export const CONNECTION_COLUMNS = sql`id, name, settings, sealed_secret, updated_at`;

/** The connection with its secret unsealed, for this one sign-in. */
export function usable(tx: Work, row: ConnectionRow): UsableConnection {
  const { organizationId, database } = tx.context;
  const clientSecret =
    row.sealed_secret === null
      ? undefined
      : unseal(database, clientSecretPlace(organizationId, row.id), row.sealed_secret);
  const settings = SsoSettings.parse(row.settings);
  return { id: row.id, name: row.name, settings, clientSecret, version: row.updated_at };
}
