import { createHmac, timingSafeEqual } from 'node:crypto';
import { sql } from 'kysely';
import { z } from 'zod';
import type { Context } from '../kernel/context.js';
import { notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import { query } from '../kernel/operation.js';
import { outsideOf } from './sso/read-provider.js';

/** An administrator opens it at once; a link that was kept only starts an ordinary sign-in. */
const MINUTES = 15;

/**
 * Where an administrator's browser tries a connection out: it goes to the provider and back and shows what arrived and
 * which check failed, and signs nobody in. NOT_FOUND for a connection that is not active.
 */
export const ssoTestUrl = query({
  permission: 'connection:write',
  input: z.object({ connectionId: z.string() }),
  async run(tx, { connectionId }): Promise<string> {
    const { organizationId } = tx.context;
    const [row] = isId(connectionId)
      ? await tx.rows(sql<{ slug: string }>`
          select o.slug from sso_connections c join organizations o on o.id = c.organization_id
          where c.organization_id = ${organizationId} and c.id = ${connectionId} and c.status = 'active'
            and c.kind in ('saml', 'oidc')
        `)
      : [];
    if (!row) throw notFound('SSO connection', connectionId);
    const until = Date.now() + MINUTES * 60_000;
    const ticket = `${until}.${codeOf(tx.context, connectionId, until)}`;
    return `${outsideOf(tx.context).signinUrlOf(row.slug)}/start/${connectionId}?test=${ticket}`;
  },
});

/** Whether an administrator asked for this test, a little while ago. */
export function isTestTicket(context: Context, connectionId: string, ticket: string): boolean {
  const [until = '', code = ''] = ticket.split('.');
  const expected = Buffer.from(codeOf(context, connectionId, Number(until)));
  const sent = Buffer.from(code);
  return Number(until) > Date.now() && sent.length === expected.length && timingSafeEqual(sent, expected);
}

const codeOf = ({ database, organizationId }: Context, connectionId: string, until: number): string =>
  createHmac('sha256', database.secretKey)
    .update(`sso test|${organizationId}|${connectionId}|${until}`)
    .digest('base64url');
