import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { types } from 'node:util';
import { type EntityManager, type EntitySchema, MikroORM } from '@mikro-orm/postgresql';
import type { Pool, PoolClient } from 'pg';
import type { MakeManager } from './asked-together.js';
import { DomainError } from './errors.js';
import { FairGate } from './fair-gate.js';
import type { Logger } from './logger.js';
import { type ReadOptions, ReadTransaction } from './read-transaction.js';
import { SharedReads } from './shared-reads.js';
import { type TransactionOptions, WireTransaction } from './transaction.js';

/** What the ORM's filters let through. */
type Filters = Readonly<Record<string, Record<string, string>>>;

export interface DatabaseOptions {
  url: string;
  /** Every entity of every room; the kernel knows none of them by name. */
  // biome-ignore lint/suspicious/noExplicitAny: the kernel takes entities of any shape
  entities: readonly EntitySchema<any>[];
  logger: Logger;
  /** What links and tombstones are signed with; an operation reaches it through its context. */
  secretKey: string;
  /** Keys that came before it: secrets sealed under them can still be read (R8). */
  previousSecretKeys?: readonly string[];
  /** Connections this process may hold. PostgreSQL's own limit is shared by all processes. */
  poolSize?: number;
}

/** Client 15 s > request 12 s > turn at the pool 8 s > statement 5 s > a new connection 3 s > lock 2 s. */
const STATEMENT_TIMEOUT_MS = 5_000;
const LOCK_TIMEOUT_MS = 2_000;
const IDLE_IN_TRANSACTION_MS = 10_000;
/** Nobody waits for others here, because the gate lets no more in than there are places: this is a server that is slow to greet. */
export const CONNECT_MS = 3_000;
/** A server that lets somebody wait for this long has hung, or the way to it is gone without a word: statements end sooner. */
export const SILENCE_MS = 7_000;
/**
 * A new connection pays for its first statements: PostgreSQL reads its catalogue and plans them all. So what a burst made is
 * kept for the next one.
 */
const IDLE_MS = 300_000;
/** Nobody waits on a connection at rest: the kernel asks the other side so often whether it is still there, and gives up after ten questions more. */
export const ASK_AFTER_MS = 10_000;
/** And then is made anew: the name of a server may have come to mean another one, while the old one still answers. */
const LIFETIME_S = 1_800;
/** A probe wants to know now. */
const PROBE_MS = 2_000;
const POOL_SIZE = 10;
/**
 * Of the pool, what one organization may hold: a few statements keep the processors busy, more only wait inside
 * PostgreSQL, where nobody can put a neighbour's before them. The measurements are in docs/decisions/0011.
 */
const PLACES_PER_ORGANIZATION = 4;
const PLACES_IN_COMPANY = 2;
/** Who waits for the pool without being an organization; `tenancy` and the provisioning log name themselves so. */
export const SYSTEM_SHARE = 'system';
export const LOG_SHARE = 'provisioning-log';

/** The pool and the mapping of one process. Rooms reach it only through `tenancy`. */
export class Database {
  private readonly reads: SharedReads;

  private constructor(
    private readonly orm: MikroORM,
    private readonly pool: Pool,
    /** Every transaction passes here, so that the pool is shared fairly and is never waited for unfairly. */
    readonly gate: FairGate,
    readonly secretKey: string,
    readonly previousSecretKeys: readonly string[],
  ) {
    this.reads = new SharedReads(gate, (work) => this.lend(work));
  }

  static async open(options: DatabaseOptions): Promise<Database> {
    const poolSize = options.poolSize ?? POOL_SIZE;
    const gate = new FairGate({
      places: poolSize,
      placesPerKey: PLACES_PER_ORGANIZATION,
      placesInCompany: PLACES_IN_COMPANY,
      background: [SYSTEM_SHARE, LOG_SHARE],
    });
    let pool: Pool | undefined;
    const orm = await MikroORM.init({
      clientUrl: options.url,
      entities: [...options.entities],
      logger: (message) => options.logger.warn({ message }, 'database'),
      debug: false,
      pool: { min: 0, max: poolSize, idleTimeoutMillis: IDLE_MS },
      driverOptions: {
        connectionTimeoutMillis: CONNECT_MS,
        statement_timeout: STATEMENT_TIMEOUT_MS,
        lock_timeout: LOCK_TIMEOUT_MS,
        idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
        application_name: 'rollcall',
        keepAlive: true,
        keepAliveInitialDelayMillis: ASK_AFTER_MS,
        maxLifetimeSeconds: LIFETIME_S,
        onPoolCreated: (made: Pool) => {
          pool = made;
        },
      },
    });
    // Makes the pool, which connects when it is first asked. The ORM needs no connection of its own: it gets each transaction's.
    await orm.em.getConnection().connect({ skipOnConnect: true });
    if (!pool) throw new Error('The ORM made no pool.');
    // Whoever waits for an answer on it hears of a lost connection; the pool makes a new one.
    pool.on('connect', (client) => client.on('error', () => {}));
    pool.on('connect', endWhenSilent).on('acquire', watchForSilence);
    pool.on('release', (_error, client) => endWatch(client));
    return new Database(orm, pool, gate, options.secretKey, options.previousSecretKeys ?? []);
  }

  /** A fresh unit of work without a transaction. Only tests call it. */
  fork(): EntityManager {
    return this.orm.em.fork();
  }

  /** A transaction that only reads. Only `tenancy` calls this and `transaction`; everything else receives one. */
  reading(options: ReadOptions, filters: Filters): ReadTransaction {
    return new ReadTransaction(this.reads, options, this.managerWith(filters));
  }

  /**
   * Lends `work` a transaction on a connection of its own; it is rolled back when `work` fails, and else left as `work`
   * leaves it.
   */
  async transaction<T>(
    options: TransactionOptions,
    filters: Filters,
    work: (tx: WireTransaction) => Promise<T>,
  ): Promise<T> {
    const client = await this.pool.connect();
    const tx = new WireTransaction(client, options, this.managerWith(filters));
    let isGood = true;
    try {
      return await work(tx);
    } catch (error) {
      // A server that takes no changes may not be the one that the address leads to by now.
      isGood = (await tx.rollback()) && databaseFailure(error)?.code !== TAKES_NONE;
      throw error;
    } finally {
      client.release(!isGood);
    }
  }

  private managerWith(filters: Filters): MakeManager {
    return (context) => {
      const em = this.orm.em.fork();
      for (const [name, values] of Object.entries(filters)) em.setFilterParams(name, values);
      em.setTransactionContext(context as never);
      return em;
    };
  }

  /** A connection for one packet that leaves nothing behind. */
  private async lend<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    try {
      return await work(client);
    } finally {
      client.release();
    }
  }

  /** Whether PostgreSQL answers now; for `/readyz`. */
  async isReachable(): Promise<boolean> {
    const answer = this.pool.query('select 1').then(
      () => true,
      () => false,
    );
    return Promise.race([answer, sleep(PROBE_MS, false, { ref: false })]);
  }

  /** Ends every connection. The ORM ends the pool only when a statement of its own went through it. */
  async close(): Promise<void> {
    await this.orm.close(true);
    if (!this.pool.ending) await this.pool.end();
  }
}

/** While somebody waits on the connection: it ends itself when nothing moves, and `pg` tells them. */
const watchForSilence = (client: PoolClient): Socket => socketOf(client).setTimeout(SILENCE_MS);
const endWatch = (client: PoolClient): Socket => socketOf(client).setTimeout(0);

function endWhenSilent(client: PoolClient): void {
  const socket = socketOf(client);
  socket.on('timeout', () => {
    socket.destroy(
      Object.assign(new Error(`PostgreSQL was silent for ${SILENCE_MS} ms`), { code: 'ETIMEDOUT' }),
    );
  });
}

/** `pg` types it as any duplex stream; it is one of these, with or without TLS. */
const socketOf = (client: PoolClient): Socket =>
  (client as PoolClient & { connection: { stream: Socket } }).connection.stream;

/** A failure as `pg` reports it, bare or wrapped by the ORM. */
export interface DatabaseFailure {
  code: string;
  constraint?: string;
}

/** The SQLSTATE (or Node's error code) and constraint behind an error, when it came from the database. */
export function databaseFailure(error: unknown): DatabaseFailure | undefined {
  if (!types.isNativeError(error)) return undefined;
  const { code, constraint } = error as Error & { code?: unknown; constraint?: unknown };
  if (typeof code !== 'string') return undefined;
  return typeof constraint === 'string' ? { code, constraint } : { code };
}

/** Deadlock or serialization failure: nothing happened, and the same transaction may succeed when it is run again. */
export const isRetryable = (error: unknown): boolean => {
  const code = databaseFailure(error)?.code;
  return code === '40P01' || code === '40001';
};

/** For a command that finds, with its locks in hand, that what it saw before is out of date: it is run again. */
export const serializationFailure = (message: string): Error =>
  Object.assign(new Error(message), { code: '40001' });

/**
 * Classes and codes that mean "not now" rather than "never": away, restarting, full, too many, too slow. Of class 08
 * (connection) 08P01 is a message PostgreSQL could not read: a fault of ours that sending again does not mend.
 */
const UNAVAILABLE_CODES =
  /^(08(?!P01)|53|57P0|40P01|40001|55P03|57014|25P0|25006|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_|ENOENT$)/;
const UNAVAILABLE_TEXT =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable/i;

const NOTHING_CHANGED =
  'The directory is not reachable at the moment. Nothing was changed; send the request again in a few seconds.';
/** A standby, or a primary that has just become one. */
const TAKES_NONE = '25006';
const TAKES_NO_CHANGES =
  'The database behind this address only reads at the moment. Nothing was changed; send the request again in a few seconds, or to the address that takes changes.';
/** I2: whoever hears this cannot know, but it is the whole change or none of it. */
const UNKNOWN =
  'The directory stopped answering while the change was being stored: all of it took effect or nothing did. Look, or send the request again in a few seconds.';

/** The change is there; whoever asked has not seen it. */
const STORED =
  'The change was stored, and then the directory could not be reached to read the answer. Look at it in a few seconds.';

/** What an outage interrupts: a look, a change, its COMMIT, or the reading of an answer after it. */
type Interrupted = 'reading' | 'changing' | 'committing' | 'stored';

/**
 * Turns a database outage into UNAVAILABLE (503 with Retry-After), in words that say what became of the change (I2);
 * leaves every other error as it is. A connection lost while committing leaves open what happened.
 */
export function translateOutage(error: unknown, interrupted: Interrupted): unknown {
  if (error instanceof DomainError) {
    // The gate says that nothing was changed as well.
    const isRefused = error.code === 'UNAVAILABLE' || error.code === 'RATE_LIMITED';
    return isRefused && interrupted === 'stored' ? unavailable(STORED, error) : error;
  }
  if (!types.isNativeError(error)) return error;
  const code = databaseFailure(error)?.code ?? '';
  if (!UNAVAILABLE_CODES.test(code) && !UNAVAILABLE_TEXT.test(error.message)) return error;
  const takesNone = code === TAKES_NONE;
  // What reads says so to PostgreSQL; that it writes is a mistake of ours.
  if (takesNone && interrupted !== 'changing') return error;
  const changing = takesNone ? TAKES_NO_CHANGES : NOTHING_CHANGED;
  const words = { reading: NOTHING_CHANGED, changing, committing: UNKNOWN, stored: STORED };
  return unavailable(words[interrupted], error);
}

const unavailable = (words: string, cause: unknown): DomainError =>
  new DomainError('UNAVAILABLE', words, { retryAfter: 5, cause });
