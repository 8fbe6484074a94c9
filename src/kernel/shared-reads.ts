import type { PoolClient } from 'pg';
import { CredentialChanged, type CredentialCheck } from './credential-check.js';
import type { FairGate } from './fair-gate.js';
import { sendPacket, type WireResult, type WireStatement } from './packet.js';
import type { ReadOptions } from './read-transaction.js';
import { refusalOf, settingsStatement } from './transaction.js';

/** More would keep the first of them waiting for the last. */
const MOST_STATEMENTS = 24;

/** Statements of one request, on their way in a packet. */
interface Passenger {
  readonly check: CredentialCheck | undefined;
  readonly statements: readonly WireStatement[];
  resolve(results: WireResult[]): void;
  reject(error: unknown): void;
}

/** Leaves when the gate opens; until then others with the same settings come along. */
interface Waiting {
  readonly passengers: Passenger[];
  statements: number;
}

/**
 * Sends the packets of transactions that only read. While an organization has its share of the pool in use, its look-ups by
 * key wait together and leave in one packet: one round trip, one set of settings and one proof for all of them. So the
 * busier it is, the less each costs; when it is not busy nobody waits for anybody (docs/decisions/0058).
 */
export class SharedReads {
  private readonly waiting = new Map<string, Waiting>();

  constructor(
    private readonly gate: FairGate,
    private readonly lend: <T>(work: (client: PoolClient) => Promise<T>) => Promise<T>,
  ) {}

  /** The results of the statements. Rejects with what PostgreSQL or the gate says, or CredentialChanged. */
  send(options: ReadOptions, statements: readonly WireStatement[]): Promise<WireResult[]> {
    const { check } = options;
    return new Promise((resolve, reject) => {
      const passenger = { check: check?.isProven ? undefined : check, statements, resolve, reject };
      // What is planned for its values may take its time, and nobody else shall wait for it.
      const isQuick = statements.every((statement) => statement.prepared);
      if (!isQuick) return void this.leave(options, { passengers: [passenger], statements: 0 });
      const key = [options.share, ...Object.values(options.settings)].join(' ');
      const found = this.waiting.get(key);
      if (found && found.statements + statements.length <= MOST_STATEMENTS) {
        found.passengers.push(passenger);
        found.statements += statements.length;
        return;
      }
      const packet = { passengers: [passenger], statements: statements.length };
      this.waiting.set(key, packet);
      void this.leave(options, packet, key);
    });
  }

  private async leave(options: ReadOptions, packet: Waiting, key?: string): Promise<void> {
    const close = (): void => {
      if (key !== undefined && this.waiting.get(key) === packet) this.waiting.delete(key);
    };
    try {
      await this.gate.run(options.share, () =>
        this.lend((client) => {
          close();
          return travel(client, options, packet.passengers);
        }),
      );
    } catch (error) {
      close();
      const { passengers } = packet;
      const isOneAtFault = passengers.length > 1 && refusalOf(error)?.startsWith('57P') === false;
      for (const passenger of passengers) {
        // Who it was nobody can tell: each goes again, alone, and whoever it was hears of it.
        if (isOneAtFault) void this.leave(options, { passengers: [passenger], statements: 0 });
        else passenger.reject(error);
      }
    }
  }
}

async function travel(
  client: PoolClient,
  { settings }: ReadOptions,
  passengers: readonly Passenger[],
): Promise<void> {
  const packet = [settingsStatement({ ...settings, transaction_read_only: 'on' })];
  const proofs = new Map<string, number>();
  for (const { check } of passengers) {
    if (check && !proofs.has(nameOf(check))) proofs.set(nameOf(check), packet.push(check.statement) - 1);
  }
  let at = packet.length;
  for (const { statements } of passengers) packet.push(...statements);
  const results = await sendPacket(client, packet);
  for (const { check, statements, resolve, reject } of passengers) {
    const own = results.slice(at, at + statements.length);
    at += statements.length;
    if (check) {
      const proof = results[proofs.get(nameOf(check)) ?? -1];
      check.isProven = check.holds(proof?.rows ?? []);
    }
    if (check?.isProven === false) reject(new CredentialChanged());
    else resolve(own);
  }
}

/** Requests with the same credential need the same proof. */
const nameOf = ({ statement }: CredentialCheck): string => `${statement.text} ${statement.values.join(' ')}`;
