import { sql } from 'kysely';
import { DomainError } from '../kernel/errors.js';
import type { Work } from '../kernel/operation.js';

/** What provisioning by SCIM depends on (B1). */
export interface Entitlement {
  plan: string;
  hasSso: boolean;
}

/** The organization's plan and whether its people can sign in by SSO; undefined when there is no such organization. */
export async function entitlementOf(tx: Work): Promise<Entitlement | undefined> {
  const { organizationId } = tx.context;
  const [row] = await tx.rows(sql<Entitlement>`
    select plan, exists (
      select from sso_connections where organization_id = ${organizationId} and status = 'active'
    ) as "hasSso"
    from organizations where id = ${organizationId}
  `);
  return row;
}

/** FORBIDDEN, with the way out, unless the organization is on the Enterprise plan and has an active SSO connection (B1). */
export async function requireScimEntitlement(tx: Work): Promise<void> {
  const state = await entitlementOf(tx);
  if (state?.plan !== 'enterprise') {
    throw new DomainError(
      'FORBIDDEN',
      `Provisioning by SCIM needs the Enterprise plan; this organization is on '${state?.plan}'. Upgrade the plan, then start the set-up again.`,
      { field: 'plan' },
    );
  }
  if (!state.hasSso) {
    throw new DomainError(
      'FORBIDDEN',
      'Provisioning by SCIM needs an active SSO connection first, so that provisioned people can sign in. Connect SSO, then start the set-up again.',
      { field: 'sso' },
    );
  }
}
