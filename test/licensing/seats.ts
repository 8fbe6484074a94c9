import { sql } from 'kysely';
import { z } from 'zod';
import { operatorContext } from '../../src/cli/operator.js';
import type { Context } from '../../src/kernel/context.js';
import { notFound } from '../../src/kernel/errors.js';
import { command, type Work } from '../../src/kernel/operation.js';
import { admitUser, type LockedUser } from '../../src/licensing/admit-user.js';
import { licenseSettings } from '../../src/licensing/seat-pool.js';
import { updatePlan } from '../../src/organizations/update-plan.js';
import { workerContext } from '../../workers/context.js';
import type { TestOrganization, TestProduct } from '../support/product.js';

/** The step a sign-in takes, as a command of its own: there is no session to make here. */
export const signIn = command({
  permission: 'access:request',
  input: z.object({ userId: z.string() }),
  audit: () => undefined,
  run: async (tx, { userId }) => admitUser(tx, await lockedUser(tx, userId), await licenseSettings(tx)),
});

/** Somebody as a sign-in has them: locked. */
export async function lockedUser(tx: Work, userId: string): Promise<LockedUser> {
  const [user] = await tx.rows(sql<LockedUser>`
    select id, active, license from users
    where organization_id = ${tx.context.organizationId} and id = ${userId} for update
  `);
  if (!user) throw notFound('user', userId);
  return user;
}

export interface Seats {
  organization: TestOrganization;
  people: string[];
  operator: Context;
  worker: Context;
}

/** An organization with some ordinary people and some seats. */
export async function withSeats(
  product: TestProduct,
  { people, seats, proSeats = 0 }: { people: number; seats: number; proSeats?: number },
): Promise<Seats> {
  const organization = await product.organization();
  const operator = operatorContext(product.database, organization.id);
  await updatePlan(operator, { seats, proSeats });
  const rows = await product.sql<{ id: string }>(
    `insert into users (organization_id, id, email, email_key)
     select $1, gen_random_uuid(), 'p' || n || '@people.example', 'p' || n || '@people.example'
     from generate_series(1, $2::int) n returning id`,
    [organization.id, people],
  );
  const worker = workerContext(product.database, 'licensing', {
    organizationId: organization.id,
    requestId: 'test',
  });
  return { organization, people: rows.map((row) => row.id), operator, worker };
}

export interface Counted {
  standard: number;
  pro: number;
  holders: number;
  waiting: number;
  inactiveHolders: number;
}

/** The pools beside what they count (I4, I5, I6). */
export async function counted(product: TestProduct, organizationId: string): Promise<Counted> {
  const [row] = await product.sql<Counted & Record<string, unknown>>(
    `select (select taken from seat_pools where organization_id = $1 and kind = 'standard') as standard,
       (select taken from seat_pools where organization_id = $1 and kind = 'pro') as pro,
       (select count(*)::int from users where organization_id = $1 and license is not null) as holders,
       (select count(*)::int from license_requests where organization_id = $1) as waiting,
       (select count(*)::int from users u left join license_requests r on r.organization_id = u.organization_id and r.user_id = u.id
        where u.organization_id = $1 and not u.active and (license is not null or r.user_id is not null)) as "inactiveHolders"`,
    [organizationId],
  );
  if (!row) throw new Error('There is always a row.');
  return row;
}
