import type { EntityManager } from '@mikro-orm/postgresql';
import { Kysely, PostgresDialect, type RawBuilder } from 'kysely';
import { compileStatement } from './compile-statement.js';
import type { WireResult, WireStatement } from './packet.js';
import type { StatementOptions, Transaction } from './transaction.js';

interface Asked extends WireStatement {
  resolve(result: WireResult): void;
  reject(error: unknown): void;
}

/** Makes the ORM's unit of work on what `context` sends. */
export type MakeManager = (context: Kysely<unknown>) => EntityManager;

/** A transaction whose statements go out as one packet when they are asked for in one turn of the event loop. */
export abstract class AskedTogether implements Transaction {
  private asked: Asked[] = [];
  private manager: EntityManager | undefined;

  constructor(private readonly makeManager: MakeManager) {}

  /** The results of the statements, when what stands before them in the packet allows to believe them. */
  protected abstract packet(statements: readonly WireStatement[]): Promise<WireResult[]>;

  get em(): EntityManager {
    this.manager ??= this.makeManager(this.kysely());
    return this.manager;
  }

  async rows<T>(statement: RawBuilder<T>, options: StatementOptions = {}): Promise<T[]> {
    return (await this.ask(compileStatement(statement, options))).rows as T[];
  }

  /** Writes what entities hold back. */
  flush(): Promise<void> {
    return this.manager?.flush() ?? Promise.resolve();
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

  /** What the ORM takes for its transaction: every statement goes out with the others. */
  private kysely(): Kysely<unknown> {
    const query = (text: string, values: readonly unknown[] = []): Promise<WireResult> =>
      this.ask({ text, values });
    const client = { query, release: () => {} };
    const pool = { connect: async () => client, end: async () => {} };
    return new Kysely({ dialect: new PostgresDialect({ pool: pool as never }) });
  }
}
