import type { EntityManager } from '@mikro-orm/postgresql';
import { Kysely, PostgresDialect, type RawBuilder } from 'kysely';
import type { PoolClient } from 'pg';
import { compileStatement } from './compile-statement.js';
import { CredentialChanged, type CredentialCheck } from './credential-check.js';
import { sendPacket, type WireResult, type WireStatement } from './packet.js';

/** An open transaction: inside one organization, or in the named system scope. */
export interface Transaction {
  /** For entities; made at the first use, because most transactions need none. */
  readonly em: EntityManager;
  /** Runs one statement and returns its rows. Statements that are asked for together travel together. */
  rows<T>(statement: RawBuilder<T>, options?: StatementOptions): Promise<T[]>;
}

export interface StatementOptions {
  /**
   * Each connection parses and plans the statement once: for look-ups and writes by key, which have one good plan
   * whatever the values are and however the tables grow. Anything set-based is planned for what it meets.
   */
  prepared?: boolean;
}

/** What a transaction is opened with. */
export interface TransactionOptions {
  /** Set for this transaction alone, the role among them, so that a pooled connection cannot carry it to the next user. */
  readonly settings: Readonly<Record<string, string>>;
  readonly readOnly: boolean;
  /** Asked in the first packet, unless it is proven already. */
  readonly check?: CredentialCheck | undefined;
}

const BEGIN: WireStatement = { text: 'begin', values: [], prepared: true };
const COMMIT: WireStatement = { text: 'commit', values: [], prepared: true };

/** One statement without a row: what is set is known already, and reading it back would cost as much as setting it. */
function settingsOf({ settings, readOnly }: TransactionOptions): WireStatement {
  const all = readOnly ? { ...settings, transaction_read_only: 'on' } : settings;
  const calls = Object.keys(all).map((name, index) => `set_config('${name}', $${index + 1}, true)`);
  const text = `select where num_nulls(${calls.join(', ')}) < 0`;
  return { text, values: Object.values(all), prepared: true };
}

/** The SQLSTATE, if PostgreSQL itself said so. */
const refusalOf = (error: unknown): string | undefined =>
  error instanceof Error && 'severity' in error && 'code' in error ? String(error.code) : undefined;

interface Asked extends WireStatement {
  resolve(result: WireResult): void;
  reject(error: unknown): void;
}

/**
 * A transaction in as few round trips as can be; one costs more than most statements (docs/decisions/0042). What is asked
 * for in one turn of the event loop goes out as one packet.
 *
 * One that changes something has BEGIN and its settings in its first packet and COMMIT in its last. One that only reads
 * never begins: each of its packets sets the same settings and is a transaction of its own. That shows it the same rows,
 * since at READ COMMITTED each statement sees what is committed when it starts, and nothing is held open in between.
 */
export class WireTransaction implements Transaction {
  private asked: Asked[] = [];
  private hasBegun = false;
  private last: WireStatement[] = [];
  private manager: EntityManager | undefined;
  /** Whether COMMIT was sent: from then on a lost connection leaves open what happened. */
  isCommitting = false;

  constructor(
    private readonly client: PoolClient,
    private readonly options: TransactionOptions,
    private readonly makeManager: (context: Kysely<unknown>) => EntityManager,
  ) {}

  get em(): EntityManager {
    this.manager ??= this.makeManager(this.kysely());
    return this.manager;
  }

  async rows<T>(statement: RawBuilder<T>, { prepared }: StatementOptions = {}): Promise<T[]> {
    return (await this.ask(compileStatement(statement, prepared))).rows as T[];
  }

  /** Runs statements, prepared, together with COMMIT, in one packet; nothing may follow them. */
  finish(statements: readonly RawBuilder<unknown>[]): void {
    this.last = statements.map((statement) => compileStatement(statement, true));
  }

  /** Writes what entities hold back. */
  flush(): Promise<void> {
    return this.manager?.flush() ?? Promise.resolve();
  }

  /** Resolves once everything is durable. */
  async commit(): Promise<void> {
    if (this.options.readOnly || (!this.hasBegun && this.last.length === 0)) return;
    // What was not asked yet must be known before anything is committed.
    if (!this.hasBegun && this.options.check?.isProven === false) await this.packet([]);
    this.isCommitting = true;
    const results = await this.packet([...this.last, COMMIT]).catch((error: unknown) => {
      // What PostgreSQL refuses, without going away itself (57P), never comes to COMMIT.
      if (refusalOf(error)?.startsWith('57P') === false) this.isCommitting = false;
      throw error;
    });
    // PostgreSQL answers COMMIT of a failed transaction with ROLLBACK; the statement that failed has said so already.
    if (results.at(-1)?.command !== 'COMMIT') throw new Error('PostgreSQL rolled the transaction back.');
  }

  /** Resolves to whether the connection is still good. */
  async rollback(): Promise<boolean> {
    if (!this.hasBegun) return true;
    return this.client.query('rollback').then(
      () => true,
      () => false,
    );
  }

  private ask(statement: WireStatement): Promise<WireResult> {
    return new Promise((resolve, reject) => {
      if (this.asked.push({ ...statement, resolve, reject }) === 1) queueMicrotask(() => void this.send());
    });
  }

  private async send(): Promise<void> {
    const { asked } = this;
    this.asked = [];
    try {
      const results = await this.packet(asked);
      asked.forEach(({ resolve }, index) => {
        resolve(results[index] as WireResult);
      });
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }

  /** The results of the statements, when what stands before them in the packet allows to believe them. */
  private async packet(statements: readonly WireStatement[]): Promise<WireResult[]> {
    const { check } = this.options;
    const isChecked = check !== undefined && !check.isProven;
    const head = [...this.head(), ...(isChecked ? [check.statement] : [])];
    const results = await sendPacket(this.client, [...head, ...statements]);
    if (isChecked) {
      if (!check.holds(results[head.length - 1]?.rows ?? [])) throw new CredentialChanged();
      check.isProven = true;
    }
    return results.slice(head.length);
  }

  /** What stands at the beginning of the next packet. */
  private head(): WireStatement[] {
    const { options } = this;
    if (options.readOnly) return [settingsOf(options)];
    if (this.hasBegun) return [];
    this.hasBegun = true;
    return [BEGIN, settingsOf(options)];
  }

  /** What the ORM takes for its transaction: every statement goes over this connection. */
  private kysely(): Kysely<unknown> {
    const query = (text: string, values: readonly unknown[] = []): Promise<WireResult> =>
      this.ask({ text, values });
    const client = { query, release: () => {} };
    const pool = { connect: async () => client, end: async () => {} };
    return new Kysely({ dialect: new PostgresDialect({ pool: pool as never }) });
  }
}
