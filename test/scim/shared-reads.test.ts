import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { CredentialChanged, type CredentialCheck } from '../../src/kernel/credential-check.js';
import { readInOrganization } from '../../src/kernel/tenancy.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;
let globex: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
  [acme, globex] = await Promise.all([product.organization(), product.organization()]);
});
afterAll(() => product.close());

const within = ({ id }: TestOrganization, check?: CredentialCheck) => ({
  database: product.database,
  organizationId: id,
  ...(check && { check }),
});

/** A look-up by key, with the backend and the moment that served it: what travelled together has both in common. */
const lookUp = (organization: TestOrganization, divisor = 1, check?: CredentialCheck) =>
  readInOrganization(within(organization, check), (tx) =>
    tx.rows(
      sql<{ journey: string; seen: string | null; names: string[] }>`
        select pg_backend_pid() || ' ' || transaction_timestamp() as journey, 1 / ${divisor}::int as one,
          current_setting('app.organization_id') as seen, current_setting('transaction_read_only') as only,
          (select array_agg(slug) from organizations) as names`,
      { prepared: true },
    ),
  );

/** Keeps an organization's whole share of the pool busy while `work` is asked for, so that it has to wait. */
async function whileBusy<T>(organization: TestOrganization, work: () => Promise<T>[]): Promise<T[]> {
  const slow = () => readInOrganization(within(organization), (tx) => tx.rows(sql`select pg_sleep(0.3)`));
  const busy = Array.from({ length: 4 }, slow);
  const [results] = await Promise.all([Promise.all(work()), ...busy]);
  return results;
}

const outcome = (asked: Promise<unknown>) =>
  asked.then(
    () => 'answered',
    (error: { code?: string; name: string }) => error.code ?? error.constructor.name,
  );

it('look-ups that wait for the pool travel in one packet, each organization in its own', async () => {
  const journeys = await whileBusy(acme, () => Array.from({ length: 12 }, () => lookUp(acme)));
  expect(new Set(journeys.map(([row]) => row?.journey)).size).toBe(1);
  const mixed = await whileBusy(acme, () => [lookUp(acme), lookUp(globex), lookUp(acme), lookUp(globex)]);
  expect(mixed.map(([row]) => row?.names)).toEqual([[acme.slug], [globex.slug], [acme.slug], [globex.slug]]);
  expect(mixed.map(([row]) => row?.seen)).toEqual([acme.id, globex.id, acme.id, globex.id]);
});

/** When a look-up was served, in milliseconds. */
interface Moments {
  began: number;
  ended: number;
}

/** A look-up that takes its time, in seconds. */
const sleeping = (seconds: number): Promise<Moments> =>
  readInOrganization(within(acme), async (tx) => {
    const [row] = await tx.rows(
      sql<{ began: string; ended: string }>`
        select transaction_timestamp()::text as began, pg_sleep(${seconds}::float8), clock_timestamp()::text as ended`,
      { prepared: true },
    );
    return { began: Date.parse(row?.began ?? ''), ended: Date.parse(row?.ended ?? '') };
  });

/** Who waits for a packet goes when it is back, or after so many milliseconds. */
const PATIENCE_MS = 20;
const waitedFor = (packet: Moments, next: Moments): boolean =>
  next.began >= packet.ended || next.began - packet.began >= PATIENCE_MS;

it('one packet of an organization is on its way, and who comes meanwhile waits for it, together', async () => {
  const first = sleeping(0.015);
  await sleep(3);
  const others = await Promise.all([sleeping(0), sleeping(0), sleeping(0)]);
  expect(new Set(others.map(({ began }) => began)).size).toBe(1);
  for (const other of others) expect(waitedFor(await first, other)).toBe(true);
});

it('nobody waits for a packet that is late', async () => {
  const late = sleeping(1);
  await sleep(5);
  const began = performance.now();
  for (const _ of [1, 2, 3]) await Promise.all([lookUp(acme), lookUp(acme)]);
  // The first waits until the other is late; from then on it is passed over.
  expect(performance.now() - began).toBeLessThan(500);
  await late;
});

it('a full packet leaves at once, and the next waits for it', async () => {
  const first = sleeping(0.5);
  await sleep(3);
  const full = Array.from({ length: 24 }, () => sleeping(0));
  const next = sleeping(0);
  const [one, ...others] = await Promise.all(full);
  expect(new Set(others.map(({ began }) => began))).toEqual(new Set([one?.began]));
  expect(one?.began).toBeLessThan((await first).ended);
  expect((await next).began).toBeLessThan((await first).ended);
  expect(waitedFor((await full.at(-1)) as Moments, await next)).toBe(true);
});

it('what takes its time all the same leaves alone', async () => {
  const page = () =>
    readInOrganization(within(acme), (tx) =>
      tx.rows(sql`select pg_sleep(1)`, { prepared: true, alone: true }),
    );
  const pages = [page(), page()];
  const began = performance.now();
  await lookUp(acme);
  expect(performance.now() - began).toBeLessThan(900);
  await Promise.all(pages);
});

it('a packet takes a bounded number of statements', async () => {
  const journeys = await whileBusy(acme, () => Array.from({ length: 60 }, () => lookUp(acme)));
  const sizes = Map.groupBy(journeys, ([row]) => row?.journey);
  expect(Math.max(...[...sizes.values()].map((together) => together.length))).toBe(24);
});

it('one that fails fails alone', async () => {
  const outcomes = await whileBusy(acme, () =>
    [1, 1, 0, 1, 0, 1].map((divisor) => outcome(lookUp(acme, divisor))),
  );
  expect(outcomes).toEqual(['answered', 'answered', '22012', 'answered', '22012', 'answered']);
});

it('every credential is proven for itself, and once for all its requests', async () => {
  const checkOf = (name: string, good: boolean): CredentialCheck => ({
    statement: { text: 'select $1::text as name', values: [name], prepared: true },
    holds: ([row]) => row?.name === name && good,
    isProven: false,
  });
  const checks = [checkOf('alice', true), checkOf('mallory', false), checkOf('alice', true)];
  const outcomes = await whileBusy(acme, () => checks.map((check) => outcome(lookUp(acme, 1, check))));
  expect(outcomes).toEqual(['answered', CredentialChanged.name, 'answered']);
  expect(checks.map(({ isProven }) => isProven)).toEqual([true, false, true]);
});

it('what only reads cannot write, and nobody waits for what takes its time', async () => {
  const write = readInOrganization(within(acme), (tx) =>
    tx.rows(sql`update organizations set name = 'x' where id = ${acme.id}`, { prepared: true }),
  );
  await expect(write).rejects.toMatchObject({ code: '25006' });
  const began = performance.now();
  const slow = readInOrganization(within(acme), (tx) => tx.rows(sql`select pg_sleep(2)`));
  await lookUp(acme);
  expect(performance.now() - began).toBeLessThan(1_500);
  await slow;
});
