import { sql } from 'kysely';
import { z } from 'zod';
import { query } from '../kernel/operation.js';
import { actorName } from './actor-name.js';

/** Who said what a person's value is. */
export const ATTRIBUTE_SOURCES = [
  'scim',
  'admin',
  'invitation',
  'registration',
  'signIn',
  'system',
  'unknown',
] as const;
export type AttributeSource = (typeof ATTRIBUTE_SOURCES)[number];

/** One value of a person, and where it came from. */
export interface AttributeProvenance {
  attribute: string;
  value: string | null;
  source: AttributeSource;
  /** The connection behind `scim`. */
  connectionId: string | null;
  actor: string | null;
  at: Date;
  /** What was there before; null also when nothing was, or it was erased. */
  previous: string | null;
  requestId: string | null;
}

interface SourceRow {
  attribute: string;
  value: string | null;
  actor_kind: string;
  actor_id: string | null;
  actor: string | null;
  at: string;
  previous: string | null;
  request_id: string | null;
}

/**
 * Where each value of some people came from, by person. Values that never changed came with the person; what has no
 * value and never had one is left out. One statement.
 */
export const provenances = query({
  permission: 'connection:read',
  input: z.object({ ids: z.array(z.uuid()).max(100) }),
  async run(tx, { ids }): Promise<Map<string, AttributeProvenance[]>> {
    const { organizationId } = tx.context;
    const rows = await tx.rows(sql<SourceRow & { user_id: string }>`
      select u.id as user_id, v.attribute, v.value, s.actor_kind, s.actor_id,
        ${actorName(organizationId, sql`s.actor_kind`, sql`s.actor_id`)} as actor, s.at, s.request_id,
        case s.attribute when v.attribute then s.previous end as previous
      from users u cross join lateral (
        values ('userName', u.user_name), ('email', u.email), ('externalId', u.external_id),
          ('givenName', u.given_name), ('familyName', u.family_name), ('title', u.title),
          ('employeeNumber', u.employee_number), ('active', u.active::text), ('role', u.role), ('license', u.license),
          ('managedBy', u.connection_id::text)
        union all select 'profile.' || p.key, p.value from jsonb_each_text(u.attributes) as p
        union all select o.attribute, null from user_attribute_sources o
          where o.organization_id = u.organization_id and o.user_id = u.id and o.attribute like 'profile.%'
            and u.attributes -> substr(o.attribute, 9) is null) as v (attribute, value)
      cross join lateral (
        select * from user_attribute_sources o where o.organization_id = u.organization_id and o.user_id = u.id
          and (o.attribute = v.attribute or o.attribute = '*' and v.value is not null)
        order by o.attribute = '*' limit 1) as s
      where u.organization_id = ${organizationId} and u.id = any(${ids}::uuid[])
      order by u.id, v.attribute collate "C"
    `);
    const found = new Map<string, AttributeProvenance[]>(ids.map((id) => [id, []]));
    for (const row of rows) found.get(row.user_id)?.push(toProvenance(row));
    return found;
  },
});

const toProvenance = (row: SourceRow): AttributeProvenance => ({
  attribute: row.attribute,
  value: row.value,
  source: sourceOf(row),
  connectionId: row.actor_kind === 'connection' ? row.actor_id : null,
  actor: row.actor,
  at: new Date(row.at),
  previous: row.previous,
  requestId: row.request_id,
});

function sourceOf({ actor_kind: kind, actor_id: id }: SourceRow): AttributeSource {
  if (kind === 'connection') return 'scim';
  if (kind === 'visitor') return id === 'sign-in' ? 'signIn' : 'registration';
  if (kind === 'worker') return id === 'invitation' ? 'invitation' : 'system';
  if (kind === 'unknown') return 'unknown';
  return 'admin';
}
