import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, InjectOptions } from 'fastify';
import pg from 'pg';
import type { RegisteredDocuments } from '../../graphql/documents.js';
import { connectSimulatedSso } from '../../src/access/connect-simulated-sso.js';
import { issueApiToken } from '../../src/access/issue-api-token.js';
import { buildApp } from '../../src/app.js';
import { operatorContext } from '../../src/cli/operator.js';
import { entities } from '../../src/entities.js';
import type { Context } from '../../src/kernel/context.js';
import { Database } from '../../src/kernel/database.js';
import { newId } from '../../src/kernel/ids.js';
import { Jobs } from '../../src/kernel/jobs.js';
import { createLogger } from '../../src/kernel/logger.js';
import type { Role } from '../../src/kernel/permissions.js';
import { createOrganization } from '../../src/organizations/create-organization.js';
import { createOrigin } from '../../src/origin.js';
import { connectScim } from '../../src/provisioning/connect-scim.js';
import type { PaceOptions } from '../../src/scim/pace.js';
import { startWorkers, type Workers } from '../../workers/main.js';
import { createTestDatabase } from './database.js';

/** What the links of every test are signed with. */
export const TEST_SECRET_KEY = 'a key for tests that nobody else would choose';

/** The sender of every mail of a test. */
export const TEST_MAIL_FROM = 'Rollcall <no-reply@rollcall.example>';

export interface ProductOptions {
  /** Start relay, workers and sweeper; without them nothing asynchronous happens. */
  workers?: boolean;
  /** For REDIS_URL. */
  redisUrl?: string | undefined;
  production?: boolean;
  /** Lets identity providers be on this machine. */
  allowPrivateProviders?: boolean;
  /** For SMTP_URL; with `workers`. */
  smtpUrl?: string;
  documents?: RegisteredDocuments;
  /** How browsers reach it, once a test listens there. */
  url?: string;
  /** What one connection may send; as in the settings without it. */
  pace?: PaceOptions;
}

/** An answer with its JSON, whatever the door. */
export interface Answer {
  status: number;
  headers: Record<string, unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape
  body: any;
}

export interface TestOrganization {
  id: string;
  slug: string;
  ownerId: string;
  connectionId: string;
  token: string;
  clientId: string;
  clientSecret: string;
  /** An owner's API token. */
  apiToken: string;
  /** The operator, for calling operations directly. */
  context: Context;
  /** A request of the identity provider, with the bearer token unless `headers` say otherwise. */
  scim(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** A document of the owner, or of whoever `token` belongs to. */
  graphql(query: string, variables?: Record<string, unknown>, token?: string): Promise<Answer>;
  issueToken(role: Role): Promise<string>;
}

export interface TestProduct {
  app: FastifyInstance;
  database: Database;
  databaseUrl: string;
  /** The superuser's view: every organization's rows, without row-level security. */
  sql<T extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<T[]>;
  /** As `sql`, for a large statement that is sent again and again: each connection reads and plans it once. */
  sqlAgain<T extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<T[]>;
  /**
   * Inserts thousands of rows as they are. No trigger runs: nothing is checked, and no words to search and no sources of
   * attributes are kept of them, which is nearly all of what a row costs. For a crowd that a test needs and does not test.
   */
  fill<T extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<T[]>;
  /** A fresh organization on the Enterprise plan with SSO, a connection and tokens. */
  organization(options?: {
    provider?: 'okta' | 'entra' | 'onelogin' | 'custom';
    showsAllGroups?: boolean;
    profile?: 'standard' | 'rfc';
  }): Promise<TestOrganization>;
  /** Ends the product's connections to PostgreSQL, and returns when it has heard of it. */
  endConnections(): Promise<void>;
  /** Waits until no membership, invitation or outbox row is unsettled. */
  settle(deadlineMs?: number): Promise<void>;
  close(): Promise<void>;
}

/** The product as `npm start` builds it, on a database of its own. Close it in `afterAll`. */
export async function startProduct(options: ProductOptions = {}): Promise<TestProduct> {
  const testDatabase = await createTestDatabase();
  const logger = createLogger('silent');
  const database = await Database.open({
    url: testDatabase.url,
    entities,
    logger,
    secretKey: TEST_SECRET_KEY,
  });
  const origin = createOrigin(undefined, options.url ?? 'http://127.0.0.1:4000');
  const app = await buildApp({
    database,
    origin,
    logger,
    production: options.production ?? false,
    ...(options.documents && { documents: options.documents }),
    allowPrivateProviders: options.allowPrivateProviders ?? false,
    doors: true,
    ...(options.pace && { pace: options.pace }),
  });
  let workers: Workers | undefined;
  if (options.workers) {
    workers = startWorkers(
      database,
      new Jobs({ redisUrl: options.redisUrl, databaseUrl: testDatabase.url, logger }),
      logger,
      options.smtpUrl === undefined
        ? {}
        : { mail: { smtpUrl: options.smtpUrl, from: TEST_MAIL_FROM, pageUrl: origin.pageUrlOf } },
    );
  }
  const superuserUrl = Object.assign(new URL(testDatabase.url), {
    username: 'postgres',
    password: process.env.ROLLCALL_TEST_ADMIN_PASSWORD ?? '',
  }).toString();
  const superuser = new pg.Pool({ connectionString: superuserUrl, max: 2 });
  // `end` does not wait for the server, so that dropping the database may cut a connection that is on its way out.
  superuser.on('error', () => {});
  const sql = async <T extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<T[]> =>
    (await superuser.query<T>(text, values)).rows;
  const sqlAgain = async <T extends pg.QueryResultRow>(
    text: string,
    values: unknown[] = [],
  ): Promise<T[]> => {
    const name = createHash('sha256').update(text).digest('base64url');
    return (await superuser.query<T>({ name, text, values })).rows;
  };
  const fill = async <T extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<T[]> => {
    const client = new pg.Client({ connectionString: superuserUrl });
    await client.connect();
    try {
      await client.query('set session_replication_role = replica');
      return (await client.query<T>(text, values)).rows;
    } finally {
      await client.end();
    }
  };
  return {
    app,
    database,
    databaseUrl: testDatabase.url,
    sql,
    sqlAgain,
    fill,
    organization: (choice) => createTestOrganization(app, database, choice),
    endConnections: async () => {
      await sql(
        `select pg_terminate_backend(pid, 5000) from pg_stat_activity
         where datname = current_database() and application_name = 'rollcall'`,
      );
      await sleep(100);
    },
    settle: (deadlineMs = 30_000) => settle(sql, deadlineMs),
    async close() {
      await app.close();
      await workers?.stop();
      await database.close();
      await superuser.end();
      await testDatabase.drop();
    },
  };
}

async function createTestOrganization(
  app: FastifyInstance,
  database: Database,
  {
    provider = 'custom',
    showsAllGroups = false,
    profile = 'standard',
  }: Parameters<TestProduct['organization']>[0] = {},
): Promise<TestOrganization> {
  const slug = `org-${randomUUID().slice(0, 13)}`;
  const context = operatorContext(database, newId());
  const { organizationId, ownerId } = await createOrganization(context, {
    slug,
    plan: 'enterprise',
    seats: 100,
    ownerEmail: `owner@${slug}.example`,
  });
  await connectSimulatedSso(context, {});
  const connected = await connectScim(context, { provider, showsAllGroups, profile });
  const issueToken = async (role: Role): Promise<string> => (await issueApiToken(context, { role })).token;
  const apiToken = await issueToken('owner');
  const send = async (request: InjectOptions): Promise<Answer> => {
    const answer = await app.inject(request);
    const isJson = String(answer.headers['content-type']).includes('json') && answer.body !== '';
    return { status: answer.statusCode, headers: answer.headers, body: isJson ? answer.json() : answer.body };
  };
  return {
    id: organizationId,
    slug,
    ownerId,
    context,
    apiToken,
    ...connected,
    issueToken,
    scim: (method, path, body, headers = {}) =>
      send({
        method: method as 'GET',
        url: `/scim/v2${path}`,
        headers: {
          authorization: `Bearer ${connected.token}`,
          ...(body !== undefined && { 'content-type': 'application/scim+json' }),
          ...headers,
        },
        ...(body !== undefined && { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    graphql: (query, variables = {}, token = apiToken) =>
      send({
        method: 'POST',
        url: '/graphql',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        payload: JSON.stringify({ query, variables }),
      }),
  };
}

async function settle(sql: TestProduct['sql'], deadlineMs: number): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const [row] = await sql<{ waiting: number }>(`
      select (select count(*) from outbox) + (select count(*) from memberships where state <> 'active')
        + (select count(*) from bulk_changes where finished_at is null)
        + (select count(*) from invitations where state = 'consumed' and applied_at is null)
        + (select count(*) from invitation_batches where finished_at is null) as waiting`);
    if (Number(row?.waiting) === 0) return;
    if (Date.now() > deadline)
      throw new Error(`${row?.waiting} rows did not settle within ${deadlineMs} ms.`);
    await sleep(25);
  }
}
