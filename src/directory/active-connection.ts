import { sql } from 'kysely';
import { DomainError, notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import type { Work } from '../kernel/operation.js';
import { type ProfileName, SCIM_PROFILES, type ScimProfile } from './profile.js';

/**
 * The connection a provisioning command acts for. A provider's own credential was checked when it authenticated and
 * names its connection; another caller (GraphQL) names one, which must exist and be active. Returns the profile, whose
 * rules apply whichever door the change came through.
 */
export async function requireActiveConnection(tx: Work, connectionId: string): Promise<ScimProfile> {
  const { actor, organizationId } = tx.context;
  if (actor.kind === 'connection') {
    if (actor.id !== connectionId) throw notFound('SCIM connection', connectionId);
    return SCIM_PROFILES[actor.profile];
  }
  const [row] = isId(connectionId)
    ? await tx.rows(sql<{ status: string; profile: ProfileName }>`
        select status, profile from scim_connections where organization_id = ${organizationId} and id = ${connectionId}
      `)
    : [];
  if (!row) throw notFound('SCIM connection', connectionId);
  if (row.status === 'active') return SCIM_PROFILES[row.profile];
  throw new DomainError(
    'FORBIDDEN',
    'This SCIM connection is disabled. Connect the identity provider again first.',
    {
      field: 'connectionId',
    },
  );
}
