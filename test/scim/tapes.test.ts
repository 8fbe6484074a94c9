import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { describeEachQueue } from '../support/redis.js';

const FOLDER = 'test/scim/tapes';
const TAPES = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

/** What the queue loses the sweeper applies: it must not be the one who does most of it. */
async function cameByQueue(product: TestProduct, { id }: TestOrganization): Promise<void> {
  const [row] = await product.sql<{ queue: number; sweeper: number }>(
    `select count(*) filter (where actor_id = 'membership')::int as queue,
            count(*) filter (where actor_id = 'sweeper')::int as sweeper
     from audit_log where organization_id = $1 and action = 'group.membersApplied'`,
    [id],
  );
  expect(row?.queue).toBeGreaterThan(row?.sweeper ?? 0);
}

/** Names below `localhost` are this machine (RFC 6761 section 6.3), which not every resolver knows. */
const RESOLVE_LOCALHOST = `data:text/javascript,${encodeURIComponent(`
  import dns from 'node:dns';
  const { lookup } = dns;
  dns.lookup = (name, ...rest) => lookup(name.endsWith('.localhost') ? '127.0.0.1' : name, ...rest);
`)}`;

interface Replay {
  exitCode: number | null;
  /** One line for each failing step, and one for each tape that was left out. */
  complaints: string[];
  passed: number;
}

/** Replays tapes as an identity provider would: another process, over TCP, with bearer and Basic credentials. */
async function replay(
  product: TestProduct,
  { token, clientId, clientSecret }: TestOrganization,
  tapes: readonly string[],
  host = '127.0.0.1',
): Promise<Replay> {
  const { port } = product.app.server.address() as AddressInfo;
  const credentials = ['--token', token, '--basic', `${clientId}:${clientSecret}`];
  const child = spawn(
    process.execPath,
    [
      ...['--import', RESOLVE_LOCALHOST, 'test/support/replay.mjs'],
      ...['--base', `http://${host}:${port}/scim/v2`, ...credentials],
      ...tapes.map((name) => path.join(FOLDER, name)),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [output, noise, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  const complaints = `${output}\n${noise}`
    .split('\n')
    .filter((line) => /^(FAIL|SKIP|\s*at |.*Error)/.test(line));
  return {
    exitCode,
    complaints,
    passed: Number(/^(\d+) passed, 0 failed$/m.exec(output)?.[1] ?? Number.NaN),
  };
}

const stepsOf = (tapes: readonly string[]): number =>
  tapes.reduce(
    (sum, name) => sum + JSON.parse(readFileSync(path.join(FOLDER, name), 'utf8')).steps.length,
    0,
  );

/** The whole of what a replay must say: every step of every tape passed, and no tape was left out. */
const everyStep = (tapes: readonly string[]): Replay => ({
  exitCode: 0,
  complaints: [],
  passed: stepsOf(tapes),
});

it('there are tapes of every identity provider', () => {
  const clients = new Set(TAPES.map((name) => name.split('-')[0]));
  expect([...clients].sort()).toEqual(
    'authentik custom entra google jumpcloud keycloak okta onelogin ping rippling sailpoint'.split(' '),
  );
});

describeEachQueue('tapes of real identity providers', (backend) => {
  // A block of its own, so that the product is closed before the backend's queue server goes away.
  describe('replayed over TCP', () => {
    let product: TestProduct;

    beforeAll(async () => {
      product = await startProduct({ workers: true, redisUrl: backend.redisUrl() });
      await product.app.listen({ host: '127.0.0.1', port: 0 });
    });
    afterAll(() => product.close());

    it('every step of every tape is answered as it was recorded', async () => {
      const organization = await product.organization();
      expect(await replay(product, organization, TAPES)).toEqual(everyStep(TAPES));
      await product.settle();
      await cameByQueue(product, organization);
    });
  });
});

describe('under a host name (B5)', () => {
  let product: TestProduct;

  beforeAll(async () => {
    product = await startProduct({ workers: true });
    await product.app.listen({ host: '127.0.0.1', port: 0 });
  });
  afterAll(() => product.close());

  it("all tapes pass one after another under the organization's own", async () => {
    const organization = await product.organization();
    const host = `${organization.slug}.localhost`;
    expect(await replay(product, organization, TAPES, host)).toEqual(everyStep(TAPES));
    await product.settle();
    await cameByQueue(product, organization);
  });

  it('no tape gets further than discovery under that of another organization', async () => {
    const [acme, other] = [await product.organization(), await product.organization()];
    const tapes = ['entra-02-create-and-lookup.json'];
    const { exitCode, complaints } = await replay(product, acme, tapes, `${other.slug}.localhost`);
    expect(exitCode).toBe(1);
    expect(complaints[0]).toContain('got status 401');
    const users = 'select id from users where organization_id = any($1)';
    expect(await product.sql(users, [[acme.id, other.id]])).toHaveLength(2);
  });
});
