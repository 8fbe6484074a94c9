import { sql } from 'kysely';
import { newId } from '../../kernel/ids.js';
import type { Work } from '../../kernel/operation.js';
import type { SignInRefusal } from '../sign-in-refusal.js';
import { isSweepDue } from './sweeping.js';

/** Administrators look for what happened today; who signed in last year is in the audit log. */
const KEPT_DAYS = 30;
const SWEPT_AT_ONCE = 50;
const MAX_DETAIL = 1_000;

export type Method = 'saml' | 'oidc' | 'password';

/** From where somebody signs in. */
export interface Device {
  address: string;
  agent: string;
}

export interface Attempt {
  method: Method;
  device: Device;
  connectionId?: string | null | undefined;
  userId?: string | null | undefined;
  refusal?: SignInRefusal;
}

/**
 * Keeps, with the commit, what became of an attempt for the organization's administrators, for 30 days. Whoever is
 * somebody here is named by id, so that erasing a person leaves nothing of them (B38); a stranger by what the provider
 * called them.
 */
export function recordAttempt(tx: Work, { method, device, refusal, ...who }: Attempt): void {
  const { organizationId, requestId } = tx.context;
  const subject = who.userId ? null : (refusal?.subject ?? null);
  tx.closing(sql`
    insert into sign_in_attempts (organization_id, id, connection_id, user_id, method, reason, detail, subject, address,
      agent, request_id)
    values (${organizationId}, ${newId()}, ${who.connectionId ?? null}, ${who.userId ?? null}, ${method},
      ${refusal?.reason ?? null}, ${refusal?.detail.slice(0, MAX_DETAIL).toWellFormed() ?? null}, ${subject},
      ${device.address}, ${device.agent}, ${requestId})
  `);
  if (!isSweepDue()) return;
  tx.closing(sql`
    delete from sign_in_attempts where organization_id = ${organizationId} and id in (
      select id from sign_in_attempts where organization_id = ${organizationId} and id < (
        lpad(to_hex((extract(epoch from now() - make_interval(days => ${KEPT_DAYS})) * 1000)::bigint), 12, '0')
          || '00000000000000000000')::uuid
      order by id limit ${SWEPT_AT_ONCE} for update skip locked)
  `);
}
