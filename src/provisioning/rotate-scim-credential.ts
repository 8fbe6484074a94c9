import { sql } from 'kysely';
import { z } from 'zod';
import { DomainError, notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import { command, type Work } from '../kernel/operation.js';
import { addCredential, type IssuedCredential } from './credentials.js';
import { credentialLabel } from './label.js';
import { requireRoom } from './live-credentials.js';
import { lockConnection } from './lock-connection.js';

/** Long enough to reach whoever administers the provider. */
const DEFAULT_OVERLAP_HOURS = 72;
/** Two good secrets for longer are not a rotation any more. */
const MAX_OVERLAP_HOURS = 30 * 24;

/** The new credential and until when the old one works beside it. */
export interface RotatedCredential {
  issued: IssuedCredential;
  replacedId: string;
  replacedExpiresAt: Date;
}

interface Credential {
  connection_id: string;
  kind: 'bearer' | 'basic';
  label: string;
}

/**
 * Replaces a credential without stopping a sync (B3): a new one of the same kind, and the old one ends by itself after the
 * overlap, by the database clock, or sooner if it was to end sooner. With an overlap of 0 it ends at once. CONFLICT when
 * two of the kind live already or this one has ended, NOT_FOUND for an unknown id.
 */
export const rotateScimCredential = command({
  permission: 'connection:write',
  input: z.object({
    credentialId: z.string(),
    overlapHours: z
      .int()
      .min(0)
      .max(MAX_OVERLAP_HOURS)
      .nullish()
      .transform((value) => value ?? DEFAULT_OVERLAP_HOURS),
    label: credentialLabel.nullish(),
  }),
  audit: (input, { issued, replacedId }: RotatedCredential) => ({
    action: 'scimCredential.rotated',
    target: issued.id,
    details: { connectionId: issued.connectionId, replacedId, overlapHours: input.overlapHours },
  }),
  async run(tx, { credentialId, overlapHours, label }): Promise<RotatedCredential> {
    const old = await liveCredential(tx, credentialId);
    await requireRoom(tx, old.connection_id, old.kind);
    const issued = addCredential(tx, old.connection_id, old.kind, label ?? old.label, credentialId);
    const [row] = await tx.rows(sql<{ expires_at: string }>`
      update scim_credentials set expires_at = least(expires_at, now() + make_interval(hours => ${overlapHours}))
      where organization_id = ${tx.context.organizationId} and id = ${credentialId} returning expires_at
    `);
    return { issued, replacedId: credentialId, replacedExpiresAt: new Date(row?.expires_at ?? '') };
  },
});

async function liveCredential(tx: Work, id: string): Promise<Credential> {
  const find = async () =>
    isId(id)
      ? await tx.rows(sql<Credential & { lives: boolean }>`
          select connection_id, kind, label, revoked_at is null and coalesce(expires_at > now(), true) as lives
          from scim_credentials where organization_id = ${tx.context.organizationId} and id = ${id}
        `)
      : [];
  const [named] = await find();
  if (!named) throw notFound('SCIM credential', id);
  await lockConnection(tx, named.connection_id);
  const [now] = await find();
  if (now?.lives) return now;
  throw new DomainError(
    'CONFLICT',
    'This credential has ended, so there is nothing to overlap with. Issue a new one instead.',
    { field: 'credentialId' },
  );
}
