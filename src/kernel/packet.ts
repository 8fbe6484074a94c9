import type { Connection, PoolClient, Submittable } from 'pg';
import { type Prepared, preparedOn, unprepared } from './prepared.js';
import { toWire } from './wire-value.js';

/** One statement as it goes to PostgreSQL: `$1` and so on stand for the values. */
export interface WireStatement {
  readonly text: string;
  readonly values: readonly unknown[];
  readonly prepared?: boolean | undefined;
}

/** What one statement answered. */
export interface WireResult {
  command: string;
  rowCount: number;
  rows: Record<string, unknown>[];
}

/** The part of a `pg` connection that its types leave out. */
interface Wire {
  stream: { cork(): void; uncork(): void };
  parse(message: { name: string; text: string; types: number[] }): void;
  bind(message: { portal: string; statement: string; values: readonly unknown[] }): void;
  describe(message: { type: 'P' | 'S'; name: string }): void;
  execute(message: { portal: string; rows: number }): void;
  close(message: { type: 'P' | 'S'; name: string }): void;
  sync(): void;
}

/**
 * Several statements in one round trip. Everything up to one Sync of the extended protocol is one implicit transaction
 * (PostgreSQL's manual, "Pipelining"): the first failure undoes what came before it and passes over what comes after,
 * unless BEGIN is among the statements, which makes it the ordinary kind. Resolves to one result for each statement.
 */
class Packet implements Submittable {
  private readonly results: WireResult[] = [];
  private readonly prepared: Prepared[];
  private rows: Record<string, unknown>[] = [];

  constructor(
    private readonly client: PoolClient,
    private readonly statements: readonly WireStatement[],
    private readonly resolve: (results: WireResult[]) => void,
    private readonly reject: (error: unknown) => void,
  ) {
    this.prepared = [];
  }

  submit(connection: Connection): void {
    const wire = connection as unknown as Wire;
    const known = preparedOn(connection);
    wire.stream.cork();
    for (const { text, values, prepared } of this.statements) {
      const statement = prepared ? known.find(text, (name) => wire.close({ type: 'S', name })) : unprepared();
      const { name } = statement;
      this.prepared.push(statement);
      if (!statement.isParsed) {
        // After a failure nobody knows whether the name is taken; to close one that is not is no error.
        if (name !== '') wire.close({ type: 'S', name });
        wire.parse({ name, text, types: [] });
      }
      wire.bind({ portal: '', statement: name, values: values.map(toWire) });
      // The columns of a statement stay the same as long as it is prepared.
      if (!statement.isParsed) wire.describe({ type: 'P', name: '' });
      wire.execute({ portal: '', rows: 0 });
      // For the next statement of this packet that is the same.
      if (name !== '') statement.isParsed = true;
    }
    wire.sync();
    wire.stream.uncork();
  }

  handleRowDescription({ fields }: { fields: { name: string; dataTypeID: number }[] }): void {
    const statement = this.prepared[this.results.length];
    if (!statement) return;
    statement.columns = fields.map(({ name, dataTypeID }) => ({
      name,
      read: this.client.getTypeParser(dataTypeID, 'text') as (text: string) => unknown,
    }));
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    const columns = this.prepared[this.results.length]?.columns ?? [];
    const row: Record<string, unknown> = {};
    for (let index = 0; index < columns.length; index += 1) {
      const column = columns[index];
      const text = fields[index];
      if (column) row[column.name] = text === null || text === undefined ? null : column.read(text);
    }
    this.rows.push(row);
  }

  handleCommandComplete({ text }: { text: string }): void {
    const words = text.split(' ');
    this.results.push({ command: words[0] ?? '', rowCount: Number(words.at(-1)) || 0, rows: this.rows });
    this.rows = [];
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete({ text: '' });
  }

  handleError(error: unknown): void {
    for (const statement of this.prepared.slice(this.results.length)) statement.isParsed = false;
    this.reject(error);
  }

  handleReadyForQuery(): void {
    this.resolve(this.results);
  }
}

/** Sends statements in one packet; see `Packet`. Rejects with what the first that failed says. */
export function sendPacket(client: PoolClient, statements: readonly WireStatement[]): Promise<WireResult[]> {
  return new Promise((resolve, reject) => {
    client.query(new Packet(client, statements, resolve, reject));
  });
}
