import type { PoolClient } from 'pg';
import { CredentialChanged, type CredentialCheck } from './credential-check.js';
import type { FairGate } from './fair-gate.js';
import { sendPacket, type WireResult, type WireStatement } from './packet.js';
import type { ReadOptions } from './read-transaction.js';
import { refusalOf, settingsStatement } from './transaction.js';

/** More would keep the first of them waiting for the last. */
const MOST_STATEMENTS = 24;
/**
 * How long those that wait for a packet to be back do so. A look-up takes a tenth of what its packet costs, so that the next
 * ones had better go together when the last are back; but one slow statement shall not hold everybody up. Milliseconds.
 */
const PATIENCE_MS = 20;

/** Statements of one request, on their way in a packet. */
interface Passenger {
  readonly check: CredentialCheck | undefined;
  readonly statements: readonly WireStatement[];
  resolve(results: WireResult[]): void;
  reject(error: unknown): void;
}

/** Leaves when the one before is back or late, or it is full, and the gate opens; until then others with the same settings come along. */
interface Waiting {
  readonly passengers: Passenger[];
  statements: number;
}

/**
 * The packets with the same settings: how many are at the gate or beyond, the last of them, as long as it is, who is still let
 * in, and who waits for its return.
 */
interface Lane {
  flying: number;
  last: Waiting | undefined;
  open: Waiting | undefined;
  held: Waiting | undefined;
  patience: NodeJS.Timeout | undefined;
}

const newLane = (): Lane => ({
  flying: 0,
  last: undefined,
  open: undefined,
  held: undefined,
  patience: undefined,
});

/**
 * Sends the packets of transactions that only read. The look-ups of an organization by key leave one packet at a time;
 * those that come meanwhile wait together and leave in one packet, when the last is back or late, or theirs is full: one round
 * trip, one set of settings and one proof for all of them. So the busier it is, the less each costs; when it is not busy
 * nobody waits for anybody (docs/decisions/0058).
 */
export class SharedReads {
  private readonly lanes = new Map<string, Lane>();

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
      const isQuick = statements.every(({ prepared, alone }) => prepared && !alone);
      if (isQuick) this.board(options, passenger);
      else void this.leave(options, { passengers: [passenger], statements: 0 });
    });
  }

  private board(options: ReadOptions, passenger: Passenger): void {
    const { length } = passenger.statements;
    const key = [options.share, ...Object.values(options.settings)].join(' ');
    const lane = this.lanes.get(key) ?? newLane();
    this.lanes.set(key, lane);
    if (lane.open && lane.open.statements + length <= MOST_STATEMENTS) {
      lane.open.passengers.push(passenger);
      lane.open.statements += length;
      return;
    }
    const full = lane.held;
    // Who is let in and not held stands at the gate: full there means that the gate is what is waited for, in its order.
    const isFullAtGate = lane.open !== undefined && lane.open !== full;
    const packet = { passengers: [passenger], statements: length };
    lane.open = lane.held = packet;
    if (full) void this.fly(options, key, lane, full);
    else if (isFullAtGate || !lane.last) void this.fly(options, key, lane, packet);
    if (lane.held) lane.patience ??= setTimeout(() => this.release(options, key, lane), PATIENCE_MS);
  }

  private release(options: ReadOptions, key: string, lane: Lane): void {
    lane.patience = undefined;
    if (lane.held) void this.fly(options, key, lane, lane.held);
  }

  private async fly(options: ReadOptions, key: string, lane: Lane, packet: Waiting): Promise<void> {
    if (lane.held === packet) {
      lane.held = undefined;
      clearTimeout(lane.patience);
      lane.patience = undefined;
    }
    lane.flying += 1;
    lane.last = packet;
    await this.leave(options, packet, () => {
      if (lane.open === packet) lane.open = undefined;
    });
    lane.flying -= 1;
    if (lane.last === packet) {
      lane.last = undefined;
      if (lane.held) void this.fly(options, key, lane, lane.held);
    }
    if (lane.flying === 0) this.lanes.delete(key);
  }

  /** Never rejects: whoever is in the packet hears of it. `close` when nobody may come along any more. */
  private async leave(options: ReadOptions, packet: Waiting, close = (): void => {}): Promise<void> {
    let isSent = false;
    try {
      await this.gate.run(options.share, () =>
        this.lend((client) => {
          close();
          isSent = true;
          return travel(client, options, packet.passengers);
        }),
      );
    } catch (error) {
      close();
      const { passengers } = packet;
      const isOneAtFault = isSent && passengers.length > 1 && refusalOf(error)?.startsWith('57P') === false;
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
  // Requests with the same credential need the same proof.
  const proofs = new Map<WireStatement, number>();
  for (const { check } of passengers) {
    if (check && !proofs.has(check.statement)) proofs.set(check.statement, packet.push(check.statement) - 1);
  }
  let at = packet.length;
  for (const { statements } of passengers) packet.push(...statements);
  const results = await sendPacket(client, packet);
  for (const { check, statements, resolve, reject } of passengers) {
    const own = results.slice(at, at + statements.length);
    at += statements.length;
    if (check) {
      const proof = results[proofs.get(check.statement) ?? -1];
      check.isProven = check.holds(proof?.rows ?? []);
    }
    if (check?.isProven === false) reject(new CredentialChanged());
    else resolve(own);
  }
}
