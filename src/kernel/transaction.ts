import type { EntityManager } from '@mikro-orm/postgresql';
import type { RawBuilder } from 'kysely';
import type { PoolClient } from 'pg';
import { AskedTogether, type MakeManager } from './asked-together.js';
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
  /** Of what is prepared and may take its time all the same: others do not travel with it. */
  alone?: boolean;
}

/** What a transaction is opened with. */
export interface TransactionOptions {
  /** Set for this transaction alone, the role among them, so that a pooled connection cannot carry it to the next user. */
  readonly settings: Readonly<Record<string, string>>;
  /** Asked in the first packet, unless it is proven already. */
  readonly check?: CredentialCheck | undefined;
}

const BEGIN: WireStatement = { text: 'begin', values: [], prepared: true };
const COMMIT: WireStatement = { text: 'commit', values: [], prepared: true };

/** One statement without a row: what is set is known already, and reading it back would cost as much as setting it. */
export function settingsStatement(settings: Readonly<Record<string, string>>): WireStatement {
  const calls = Object.keys(settings).map((name, index) => `set_config('${name}', $${index + 1}, true)`);
  const text = `select where num_nulls(${calls.join(', ')}) < 0`;
  return { text, values: Object.values(settings), prepared: true };
}

/** The SQLSTATE, if PostgreSQL itself said so. */
export const refusalOf = (error: unknown): string | undefined =>
  error instanceof Error && 'severity' in error && 'code' in error ? String(error.code) : undefined;

/**
 * A transaction that changes something, in as few round trips as can be; one costs more than most statements
 * (docs/decisions/0042). BEGIN and its settings are in its first packet and COMMIT in its last.
 */
export class WireTransaction extends AskedTogether {
  private hasBegun = false;
  private last: WireStatement[] = [];
  /** Whether COMMIT was sent: from then on a lost connection leaves open what happened. */
  isCommitting = false;

  constructor(
    private readonly client: PoolClient,
    private readonly options: TransactionOptions,
    makeManager: MakeManager,
  ) {
    super(makeManager);
  }

  /** Runs statements, prepared, together with COMMIT, in one packet; nothing may follow them. */
  finish(statements: readonly RawBuilder<unknown>[]): void {
    this.last = statements.map((statement) => compileStatement(statement, { prepared: true }));
  }

  /** Resolves once everything is durable. */
  async commit(): Promise<void> {
    if (!this.hasBegun && this.last.length === 0) return;
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

  protected async packet(statements: readonly WireStatement[]): Promise<WireResult[]> {
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
    if (this.hasBegun) return [];
    this.hasBegun = true;
    return [BEGIN, settingsStatement(this.options.settings)];
  }
}
