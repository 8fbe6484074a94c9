import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { migrate } from '../../src/migrate.js';
import { keepFolder } from '../support/keep.js';
import { checkRows, countWaiting, digestOf, type Sql } from './checker.js';
import { mountSmallDisk } from './disk.js';
import { History } from './history.js';
import { Load, type LoadOptions } from './load.js';
import { type FaultOrganization, makeOrganizations } from './organizations.js';
import { PostgresServer } from './postgres-server.js';
import { ProductServer, type ProductSettings } from './product-server.js';
import { Random } from './random.js';
import { RedisServer } from './redis-server.js';
import { Wire } from './wire.js';

export interface WorldOptions {
  seed: number;
  /** The folder with the built product. */
  dist: string;
  redis: boolean;
  organizations?: number;
  /** Settings of PostgreSQL beside the durable ones. */
  postgres?: Record<string, string>;
  /** Settings of every product process. */
  env?: Record<string, string>;
  /** Whether PostgreSQL lives on a small disk of its own, where one can be mounted. */
  disk?: boolean;
}

const SECRET_KEY = 'a key for the fault suite that nobody else would choose';
const GROUPS_PER_ORGANIZATION = 4;
/** Far above any promise: what has not come to its end by then is stuck. */
const SETTLE_MS = 60_000;
let historyNumber = 0;

/** One process of the product with the wires it is reached by and reaches its database by. */
export interface Node {
  server: ProductServer;
  /** Between it and PostgreSQL. */
  database: Wire;
  /** Between it and Redis. */
  redis: Wire | undefined;
  /** In front of it, for clients. */
  door: Wire;
}

/** The built product as processes, with a PostgreSQL and a Redis of their own, and a network between all of them. */
export class World {
  readonly random: Random;
  readonly apis: Node[] = [];
  readonly workers: Node[] = [];
  private readonly pool: pg.Pool;
  private bystanderBefore = '';
  private started = 0;
  private readonly loads: Load[] = [];
  /** Those that a scenario replaced as well: their wires still listen. */
  private readonly everyNode: Node[] = [];

  private constructor(
    readonly options: WorldOptions,
    readonly folder: string,
    readonly postgres: PostgresServer,
    readonly redis: RedisServer | undefined,
    readonly organizations: FaultOrganization[],
    /** Is full of people, and nobody ever asks for any of them (I7). */
    readonly bystander: FaultOrganization,
    private readonly endKeeper: () => Promise<void>,
    private readonly smallDisk: ReturnType<typeof mountSmallDisk>,
  ) {
    this.random = new Random(options.seed);
    this.pool = new pg.Pool({ connectionString: postgres.adminUrl, max: 3 });
    this.pool.on('error', () => {});
  }

  static async start(options: WorldOptions): Promise<World> {
    // On a disk, because what is written there is to be as durable as in production.
    const kept = keepFolder('faults', undefined, os.tmpdir());
    const disk = options.disk ? mountSmallDisk() : undefined;
    const postgres = await PostgresServer.make(disk?.folder ?? kept.folder, options.postgres);
    const redis = options.redis ? await RedisServer.make(kept.folder) : undefined;
    await migrate(postgres.url);
    const count = options.organizations ?? 3;
    const slugs = [...Array.from({ length: count }, (_, i) => `acme-${i}`), 'bystander'];
    const organizations = await makeOrganizations(postgres.url, SECRET_KEY, slugs);
    const bystander = organizations.pop() as FaultOrganization;
    const world = new World(options, kept.folder, postgres, redis, organizations, bystander, kept.end, disk);
    await world.furnish();
    return world;
  }

  /** Survives that PostgreSQL was away: the pool asks for a connection anew. */
  readonly sql: Sql = async (text, values = []) => (await this.pool.query(text, values)).rows;

  private async furnish(): Promise<void> {
    for (const organization of [...this.organizations, this.bystander]) {
      const rows = await this.sql<{ id: string }>(
        `insert into groups (organization_id, id, display_name, display_name_key, connection_id)
         select $1, gen_random_uuid(), n, n, $2 from (select 'group ' || i as n from generate_series(1, $3::int) i) names
         returning id`,
        [organization.id, organization.connectionId, GROUPS_PER_ORGANIZATION],
      );
      organization.groups.push(...rows.map(({ id }) => id));
    }
    await this.sql(
      `with people as (
         insert into users (organization_id, id, user_name, user_name_key, email, email_key, external_id, connection_id)
         select $1, gen_random_uuid(), n, n, n || '@people.example', n || '@people.example', n, $2
         from (select 'calm ' || i as n from generate_series(1, 50) i) names returning id)
       insert into memberships (organization_id, group_id, user_id, state, applied_at)
       select $1, $3, id, 'active', now() from people`,
      [this.bystander.id, this.bystander.connectionId, this.bystander.groups[0]],
    );
    this.bystanderBefore = await digestOf(this.sql, this.bystander.id);
  }

  /** The folder of the small disk, where there is one. */
  get disk(): string | undefined {
    return this.smallDisk?.folder;
  }

  async startNode(role: ProductSettings['role'], changes: Partial<ProductSettings> = {}): Promise<Node> {
    this.started += 1;
    const name = `${role}-${this.started}`;
    const database = await Wire.to(this.postgres.port);
    const redis = this.redis && (await Wire.to(this.redis.port));
    const server = await ProductServer.make({
      name,
      role,
      dist: this.options.dist,
      logFile: path.join(this.folder, `${name}.log`),
      ...changes,
      env: {
        SECRET_KEY,
        DATABASE_URL: database.urlOf(this.postgres.url),
        ...(redis && this.redis && { REDIS_URL: redis.urlOf(this.redis.url) }),
        // The pace of one connection is not what this suite is about, but for F19, which sets it.
        SCIM_REQUESTS_PER_SECOND: '100000',
        SCIM_BURST: '100000',
        ...this.options.env,
        ...changes.env,
      },
    });
    const node = { server, database, redis, door: await Wire.to(server.port) };
    (role === 'api' ? this.apis : this.workers).push(node);
    this.everyNode.push(node);
    return node;
  }

  /** Some of each, ready. */
  async startNodes(apis: number, workers: number): Promise<void> {
    for (let i = 0; i < apis; i += 1) await this.startNode('api');
    for (let i = 0; i < workers; i += 1) await this.startNode('worker');
    await Promise.all(this.nodes().map(({ server }) => server.whenReady()));
  }

  readonly nodes = (): Node[] => [...this.apis, ...this.workers];

  /** Clients that work from now on; `history` of what they did is checked by `check`. */
  load(options: Partial<LoadOptions> = {}): { load: Load; history: History } {
    historyNumber += 1;
    const name = `faults${this.options.seed}h${historyNumber}`;
    const file = path.join(os.tmpdir(), `rollcall-faults-${process.pid}-${name}.jsonl`);
    const history = new History(name, file);
    const load = new Load({
      targets: () => this.apis.map(({ server }) => server.url),
      organizations: this.organizations,
      history,
      random: this.random.fork(historyNumber),
      writers: 8,
      readers: 2,
      peoplePerWriter: 12,
      pauseMs: 0,
      ...options,
    });
    load.start();
    this.loads.push(load);
    return { load, history };
  }

  /** The cause of every fault ends: servers run, wires pass everything on at once. */
  async heal(): Promise<void> {
    for (const { database, redis, door, server } of this.nodes()) {
      for (const wire of [database, redis, door]) {
        if (!wire) continue;
        wire.disarm();
        wire.latencyMs = 0;
        wire.stalls = { ...wire.stalls, share: 0 };
        await wire.restore();
        wire.thaw();
      }
      server.signal('SIGCONT');
    }
    await Promise.all([this.postgres.start(), this.redis?.start()]);
  }

  /** Milliseconds until nothing waits any more (I3). */
  async settle(deadlineMs = SETTLE_MS): Promise<number> {
    const started = performance.now();
    for (;;) {
      const waiting = await countWaiting(this.sql).catch(() => Number.NaN);
      if (waiting === 0) return performance.now() - started;
      if (performance.now() - started > deadlineMs)
        throw new Error(`I3: ${waiting} rows wait after ${deadlineMs} ms`);
      await sleep(20);
    }
  }

  /** Ends the load, heals, waits until nothing waits, and proves the invariants; how long the waiting took. */
  async check(load: Load, history: History): Promise<{ settledMs: number }> {
    await this.heal();
    await load.stop();
    await Promise.all(this.nodes().map(({ server }) => server.whenReady()));
    const settledMs = await this.settle().catch((error: Error) => {
      history.violated('I3', error.message);
      return Number.NaN;
    });
    await checkRows(this.sql, history, load.people);
    if ((await digestOf(this.sql, this.bystander.id)) !== this.bystanderBefore) {
      history.violated('I7', 'the rows of an organization that nobody asked for have changed');
    }
    for (const { server } of this.nodes())
      for (const death of server.deaths.splice(0)) history.violated('I10', death);
    await history.close();
    if (history.violations.length === 0) fs.rmSync(history.path, { force: true });
    else history.violations.push(`every operation is in ${history.path}`);
    return { settledMs };
  }

  /** Ends processes of the product, so that the next scenario has its own. */
  async endNodes(): Promise<void> {
    const nodes = this.everyNode.splice(0);
    this.apis.length = 0;
    this.workers.length = 0;
    await Promise.all(nodes.map(({ server }) => server.end()));
    await Promise.all(
      nodes.flatMap(({ database, redis, door }) => [database.cut(), redis?.cut(), door.cut()]),
    );
  }

  async close(): Promise<void> {
    // After a failure clients may still be at work.
    await Promise.all([...this.loads.map((load) => load.stop()), this.endNodes()]);
    await this.pool.end();
    await this.redis?.kill();
    await this.postgres.stop('immediate');
    this.smallDisk?.unmount();
    await this.endKeeper();
  }
}
