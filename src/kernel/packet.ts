import type { Connection, PoolClient, Submittable } from 'pg';
import { type Prepared, preparedOn, unprepared } from './prepared.js';
import { messages } from './wire-message.js';
import { toWire } from './wire-value.js';

/** One statement as it goes to PostgreSQL: `$1` and so on stand for the values. */
export interface WireStatement {
  readonly text: string;
  readonly values: readonly unknown[];
  readonly prepared?: boolean | undefined;
  /** Whether it takes its time all the same, so that no other request shall wait for it. */
  readonly alone?: boolean | undefined;
}

/** What one statement answered. */
export interface WireResult {
  command: string;
  rowCount: number;
  rows: Record<string, unknown>[];
}

/** The protocol counts them in sixteen bits. */
const MAX_VALUES = 65_535;

/** The part of a `pg` connection that its types leave out. */
interface Wire {
  stream: { writable: boolean; write(bytes: Buffer): unknown };
}

/**
 * Several statements in one round trip. Everything up to one Sync of the extended protocol is one implicit transaction
 * (PostgreSQL's manual, "Pipelining"): the first failure undoes what came before it and passes over what comes after,
 * unless BEGIN is among the statements, which makes it the ordinary kind. Resolves to one result for each statement.
 */
class Packet implements Submittable {
  private readonly results: WireResult[] = [];
  private readonly prepared: Prepared[] = [];
  private readonly values: (string | Buffer | null)[][];
  private rows: Record<string, unknown>[] = [];

  constructor(
    private readonly client: PoolClient,
    private readonly statements: readonly WireStatement[],
    private readonly resolve: (results: WireResult[]) => void,
    private readonly reject: (error: unknown) => void,
  ) {
    // Before anything is sent: what cannot be a value must not leave half a packet.
    this.values = statements.map(({ values }) => {
      if (values.length > MAX_VALUES)
        throw new Error(`A statement of ${values.length} values cannot be sent.`);
      return values.map(toWire);
    });
  }

  submit(connection: Connection): void {
    const { stream } = connection as unknown as Wire;
    const known = preparedOn(connection);
    // What is forgotten is closed before anything that can fail: PostgreSQL passes over what comes after a failure.
    const found = this.statements.map(({ text, prepared }) =>
      prepared ? known.find(text, (name) => messages.close(name)) : unprepared(),
    );
    for (const [index, { text }] of this.statements.entries()) {
      const statement = found[index] ?? unprepared();
      const { name, isParsed } = statement;
      this.prepared.push(statement);
      if (!isParsed) {
        // After a failure nobody knows whether the name is taken.
        if (name !== '') messages.close(name);
        messages.parse(name, text);
      }
      messages.bind(name, this.values[index] ?? []);
      // The columns of a statement stay the same as long as it is prepared.
      if (!isParsed) messages.describe();
      messages.execute();
      // For the next statement of this packet that is the same.
      if (name !== '') statement.isParsed = true;
    }
    const packet = messages.end();
    // As `pg` does: what cannot be written any more is answered by the end of the connection.
    if (stream.writable) stream.write(packet);
  }

  handleRowDescription({ fields }: { fields: { name: string; dataTypeID: number }[] }): void {
    const statement = this.prepared[this.results.length];
    if (!statement) return;
    statement.columns = fields.map(({ name, dataTypeID }) => ({
      name,
      read: this.client.getTypeParser(dataTypeID, 'text') as (text: string) => unknown,
    }));
    statement.blank = Object.fromEntries(fields.map(({ name }) => [name, null]));
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    const { columns = [], blank } = this.prepared[this.results.length] ?? {};
    // A copy has its shape at once; an object that grows member by member costs twice as much.
    const row: Record<string, unknown> = { ...blank };
    for (let index = 0; index < columns.length; index += 1) {
      const column = columns[index];
      const text = fields[index];
      if (column && typeof text === 'string') row[column.name] = column.read(text);
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
