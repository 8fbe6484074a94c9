import type { Context } from '../kernel/context.js';
import { type CredentialCheck, NOTED_EVERY } from '../kernel/credential-check.js';
import type { Database } from '../kernel/database.js';
import type { WireStatement } from '../kernel/packet.js';
import type { ScimRequestIdentity } from './authenticate-connection.js';
import type { LogOwner } from './log-entry.js';

/** A credential that was good when it was last looked up whole, and who it acts for. Kept in the memory of a process. */
export interface KnownCredential {
  readonly owner: LogOwner;
  readonly slug: string;
  readonly caller: Pick<Context, 'organizationId' | 'actor' | 'permissions'>;
  readonly proof: WireStatement;
}

/**
 * What may change while a credential is remembered: itself, its connection, and what locks provisioning (B1). A use that
 * was not noted lately is to be noted (B3).
 */
const STILL_GOOD = `
  select s.provider, s.profile, s.shows_all_groups
  from scim_credentials c
  join scim_connections s on s.organization_id = c.organization_id and s.id = c.connection_id
  join organizations o on o.id = c.organization_id and o.plan = 'enterprise'
    and exists (select from sso_connections x where x.organization_id = o.id and x.status = 'active')
  where c.organization_id = $1 and c.id = $2 and c.revoked_at is null and s.status = 'active'
    and (c.expires_at is null or c.expires_at > now()) and c.last_used_at > now() - ${NOTED_EVERY}`;

/** What proves, with the rights of the organization, that a credential is what it is remembered to be. */
export const proofOf = ({ organizationId, credentialId }: LogOwner): WireStatement => ({
  text: STILL_GOOD,
  values: [organizationId, credentialId],
  prepared: true,
});

/**
 * The context of a request whose credential, byte for byte, is known: no query. Its first transaction proves that the
 * credential is live (`CredentialCheck`). Undefined when the host asks for another organization, which is refused.
 */
export function contextOfKnown(
  database: Database,
  { slug, caller, proof }: KnownCredential,
  { hostSlug, requestId }: Pick<ScimRequestIdentity, 'hostSlug' | 'requestId'>,
): Context | undefined {
  const { actor } = caller;
  if (actor.kind !== 'connection' || (hostSlug !== undefined && hostSlug !== slug)) return undefined;
  const check: CredentialCheck = {
    statement: proof,
    holds: ([row]) =>
      row !== undefined &&
      row.provider === actor.provider &&
      row.profile === actor.profile &&
      row.shows_all_groups === actor.showsAllGroups,
    isProven: false,
  };
  return { database, ...caller, requestId, check };
}
