import { sql } from 'kysely';
import { z } from 'zod';
import { notFound } from '../kernel/errors.js';
import { command } from '../kernel/operation.js';
import { connectionLabel } from './label.js';
import { lockConnection } from './lock-connection.js';
import { PROVIDERS, ScimConnection } from './scim-connection.entity.js';

const given = <S extends z.ZodType>(schema: S) => schema.nullish().transform((value) => value ?? undefined);

/**
 * Changes what an administrator decides about a connection: which provider it is (instructions only, B2), whether the
 * provider also sees groups created here (B24), what it is called. What is absent stays. NOT_FOUND for an unknown id.
 */
export const updateScimConnection = command({
  permission: 'connection:write',
  input: z.object({
    connectionId: z.string(),
    provider: given(z.enum(PROVIDERS)),
    showsAllGroups: given(z.boolean()),
    label: given(connectionLabel),
  }),
  audit: ({ connectionId: _id, ...change }, connection: ScimConnection) => ({
    action: 'scim.connectionUpdated',
    target: connection.id,
    details: {
      changed: Object.entries(change).flatMap(([name, value]) => (value === undefined ? [] : [name])),
    },
  }),
  async run(tx, { connectionId, provider, showsAllGroups, label }): Promise<ScimConnection> {
    await lockConnection(tx, connectionId);
    const { organizationId } = tx.context;
    await tx.rows(sql`
      update scim_connections set provider = coalesce(${provider ?? null}, provider),
        shows_all_groups = coalesce(${showsAllGroups ?? null}::boolean, shows_all_groups),
        label = coalesce(${label ?? null}, label)
      where organization_id = ${organizationId} and id = ${connectionId}
    `);
    const found = await tx.em.findOne(ScimConnection, { organizationId, id: connectionId });
    if (!found) throw notFound('SCIM connection', connectionId);
    return found;
  },
});
