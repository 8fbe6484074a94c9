import type { TestProduct } from '../support/product.js';
import type { Model } from './model.js';

/** Everything the model speaks of, by kind and in order. */
export interface Dump {
  users: unknown[];
  groups: unknown[];
  memberships: unknown[];
  invitations: unknown[];
  counts: unknown;
}

/** What the tables say, in one statement and by the superuser, whom no row-level security restricts. */
const TABLES = `select json_build_object(
  'users', (select json_agg(case when erased_at is not null
      then json_build_object('id', id, 'erased', true, 'version', version)
      else json_build_object('id', id, 'userName', user_name, 'email', email, 'externalId', external_id,
        'givenName', given_name, 'title', title, 'employeeNumber', employee_number, 'active', active, 'by', deactivated_by,
        'role', role, 'promised', pending_role, 'managed', connection_id is not null, 'left', deprovisioned_at is not null,
        'released', released_from is not null, 'licensed', license is not null, 'sessions', (select count(*) from sessions s
          where s.organization_id = u.organization_id and s.user_id = u.id and s.ended_at is null), 'version', version) end
      order by id) from users u where organization_id = $1),
  'groups', (select coalesce(json_agg(json_build_object('id', id, 'displayName', display_name, 'externalId', external_id,
      'managed', connection_id is not null, 'version', version) order by id), '[]') from groups where organization_id = $1),
  'memberships', (select coalesce(json_agg(group_id || ' ' || user_id || ' ' || state order by group_id, user_id), '[]')
      from memberships where organization_id = $1),
  'invitations', (select coalesce(json_agg(json_build_object('id', id, 'role', role, 'state', state, 'user', user_id,
      'applied', applied_at is not null) order by id), '[]') from invitations where organization_id = $1),
  'counts', json_build_object(
    'seats', (select bought from seat_pools where organization_id = $1 and kind = 'standard'),
    'taken', (select taken from seat_pools where organization_id = $1 and kind = 'standard'),
    'audits', (select count(*) from audit_log where organization_id = $1),
    'messages', (select count(*) from outbox where organization_id = $1
      and topic in ('group.members.changed', 'invitation.consumed')))) as dump`;

/** The organization as PostgreSQL has it at this moment. */
export async function dumpOf(product: TestProduct, organizationId: string): Promise<Dump> {
  const [row] = await product.sqlAgain<{ dump: Dump }>(TABLES, [organizationId]);
  if (!row) throw new Error('A statement without from has one row.');
  return row.dump;
}

const byId = <T extends { id: string }>(rows: Iterable<T>): T[] =>
  [...rows].sort((a, b) => (a.id < b.id ? -1 : 1));

/** The same of the model. */
export function dumpOfModel(model: Model): Dump {
  const users = byId(model.users.values());
  return {
    users: users.map(({ erased, known: _known, ...p }) =>
      erased ? { id: p.id, erased, version: p.version } : p,
    ),
    groups: byId(model.groups.values()).map(({ members: _members, ...group }) => group),
    memberships: byId(model.groups.values()).flatMap((group) =>
      [...group.members].map(([user, state]) => `${group.id} ${user} ${state}`).sort(),
    ),
    invitations: byId(model.invitations.values()).map(({ id, role, state, user, applied }) => ({
      id,
      role,
      state,
      user,
      applied,
    })),
    counts: {
      ...{ seats: model.seats, taken: users.filter((p) => p.licensed).length },
      ...{ audits: model.audits, messages: model.messages },
    },
  };
}

/** Invariants that hold at every committed moment whatever the model thinks: how many rows break each. */
export async function brokenInvariants(
  product: TestProduct,
  organizationId: string,
): Promise<Record<string, unknown>> {
  const [row] = await product.sqlAgain(
    `select
       (select count(*)::int from users u where organization_id = $1 and not active and (license is not null
         or exists (select from memberships m where m.organization_id = $1 and m.user_id = u.id)
         or exists (select from sessions s where s.organization_id = $1 and s.user_id = u.id and s.ended_at is null)
         or exists (select from api_tokens t where t.organization_id = $1 and t.user_id = u.id and t.revoked_at is null))) as "I6",
       (select count(*)::int from seat_pools where organization_id = $1 and (taken > bought or taken <> (
         select count(*) from users u where u.organization_id = $1 and u.license = kind))) as "I4 I5",
       (select count(*)::int from memberships m where organization_id = $1 and not exists (
         select from groups g where g.organization_id = $1 and g.id = m.group_id)) as "orphans",
       (select count(*)::int from users where organization_id = $1 and role = 'owner' and not active) as "B18"`,
    [organizationId],
  );
  return row ?? {};
}

/** The result of `brokenInvariants` when all is well. */
export const NONE_BROKEN = { I6: 0, 'I4 I5': 0, orphans: 0, B18: 0 };
