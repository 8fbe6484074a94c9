import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { Jobs } from '../../src/kernel/jobs.js';
import { createLogger } from '../../src/kernel/logger.js';
import { startWorkers, type Workers } from '../../workers/main.js';
import type { TestOrganization, TestProduct } from '../support/product.js';
import type { QueueBackend } from '../support/redis.js';

export const silent = createLogger('silent');

/** The queues of the product under test, on the backend of the suite. */
export const openJobs = (product: TestProduct, backend: QueueBackend): Jobs =>
  new Jobs({ redisUrl: backend.redisUrl(), databaseUrl: product.databaseUrl, logger: silent });

/** Relay, workers and sweeper of a product that was started without them. */
export const startTestWorkers = (product: TestProduct, backend: QueueBackend): Workers =>
  startWorkers(product.database, openJobs(product, backend), silent);

/** What asynchronous work there is gets done while `during` runs and until nothing waits; then it is quiet again. */
export async function whileWorking(
  product: TestProduct,
  backend: QueueBackend,
  during: () => Promise<unknown> = async () => {},
): Promise<void> {
  const workers = startTestWorkers(product, backend);
  try {
    await during();
    await product.settle();
  } finally {
    await workers.stop();
  }
}

/** Many provisioned people, straight into the table: a crowd is what a test needs, not what it tests. */
export async function crowd(
  product: TestProduct,
  organization: TestOrganization,
  size: number,
): Promise<string[]> {
  const name = `c${randomUUID().slice(0, 8)}`;
  const rows = await product.fill<{ id: string }>(
    `insert into users (organization_id, id, user_name, user_name_key, email, email_key, external_id, connection_id)
     select $1, gen_random_uuid(), n, n, n || '@people.example', n || '@people.example', n, $2
     from (select $3 || i as n from generate_series(1, $4::int) i) names returning id`,
    [organization.id, organization.connectionId, name, size],
  );
  return rows.map((row) => row.id);
}

export interface MembershipRow {
  user_id: string;
  state: string;
}

/** A group's memberships as they are stored, by person. */
export const storedMembers = (product: TestProduct, groupId: string): Promise<MembershipRow[]> =>
  product.sql('select user_id, state from memberships where group_id = $1 order by user_id', [groupId]);

/** The ids of the members that SCIM shows, in order. */
export async function scimMembers(organization: TestOrganization, groupId: string): Promise<string[]> {
  const answer = await organization.scim('GET', `/Groups/${groupId}`);
  return answer.body.members.map((member: { value: string }) => member.value).sort();
}

/** Asks again until the answer is yes; throws when it is not within the deadline. */
export async function eventually(
  what: string,
  isSo: () => Promise<boolean>,
  deadlineMs = 30_000,
): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`Not within ${deadlineMs} ms: ${what}.`);
    await sleep(50);
  }
}

/** From the sweeper, which takes what has waited for four seconds: whoever applies it now has it from the queue. */
export const hideFromSweeper = (product: TestProduct, group: string) =>
  product.sql(
    `update memberships set accepted_at = now() + interval '1 hour' where group_id = $1 and state <> 'active'`,
    [group],
  );

/** Somebody's transaction holds rows until it is released: whoever wants to settle one is in the middle of it. */
export async function holding(
  product: TestProduct,
  organization: TestOrganization,
  ids: readonly string[],
  work: (release: () => Promise<unknown>) => Promise<void>,
  table: 'groups' | 'users' = 'groups',
): Promise<void> {
  const holder = new pg.Client({ connectionString: product.databaseUrl });
  await holder.connect();
  try {
    await holder.query('begin');
    await holder.query(`select set_config('app.organization_id', $1, true)`, [organization.id]);
    await holder.query('set local role rollcall_organization');
    await holder.query(`select from ${table} where id = any($1::uuid[]) for update`, [ids]);
    await work(() => holder.query('rollback'));
  } finally {
    await holder.end();
  }
}

/** Whether any session waits for a lock. */
export async function someoneWaits(product: TestProduct): Promise<boolean> {
  const sessions = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  return (await product.sql(sessions)).length > 0;
}
