import { type RawBuilder, sql } from 'kysely';
import type { SsoSettings } from './settings.js';

/** Providers publish a new certificate days or weeks before they sign with it; six hours is early enough. */
const HOURS = 6;
/** An outage of the provider's page: what was read before holds meanwhile. */
const HOURS_AFTER_FAILURE = 1;

/** When the documents of a provider are read again; null where there is no address to read them from. */
export function nextRefresh(settings: SsoSettings, hasFailed = false): RawBuilder<unknown> {
  const isReadable = settings.kind === 'oidc' || (settings.kind === 'saml' && settings.metadataUrl !== null);
  const hours = hasFailed ? HOURS_AFTER_FAILURE : HOURS;
  // Spread over ten minutes, so that a thousand connections of one morning are not one burst the next.
  return isReadable ? sql`now() + make_interval(hours => ${hours}, secs => random() * 600)` : sql`null`;
}
