import type { Client } from 'pg';
import { connectAsAdmin } from './server.js';
import type { EmbeddedState } from './state.js';

/** How a process that uses the embedded server shows in pg_stat_activity. */
const PRESENCE = 'rollcall-presence';

/** A connection that is only closed on purpose is opened again this long after it broke. */
const REOPEN_MS = 1_000;
/** Backends of connections that were just closed need a moment to end. */
const LINGER_MS = 2_000;
const POLL_MS = 25;

/**
 * One idle connection that says "somebody uses this server". The kernel closes it when the process dies, however it dies, so
 * the count of users is never wrong for long and no file has to be cleaned up. It does not keep the process alive.
 */
export class Presence {
  private client: Client | null = null;
  private closed = false;

  private constructor(
    private readonly state: EmbeddedState,
    private readonly port: number,
    private readonly revive: () => Promise<void>,
  ) {}

  /** `revive` is called when the server cannot be reached although nobody here has left it. */
  static async open(state: EmbeddedState, port: number, revive: () => Promise<void>): Promise<Presence> {
    const presence = new Presence(state, port, revive);
    await presence.connect();
    return presence;
  }

  private async connect(): Promise<void> {
    const client = await connectAsAdmin(this.state, this.port, {
      application_name: `${PRESENCE} ${process.pid}`,
      keepAlive: true,
    });
    // Typed as absent in @types/pg; node-postgres has had it since 8.0.
    (client as Client & { unref(): void }).unref();
    client.once('end', () => this.reopen());
    this.client = client;
    if (this.closed) await client.end();
  }

  private reopen(): void {
    if (this.closed) return;
    this.client = null;
    setTimeout(() => {
      if (this.closed) return;
      const again = async (): Promise<void> => {
        await this.revive();
        await this.connect();
      };
      this.connect()
        .catch(again)
        .catch(() => this.reopen());
    }, REOPEN_MS).unref();
  }

  async close(): Promise<void> {
    this.closed = true;
    const { client } = this;
    this.client = null;
    (client as (Client & { ref(): void }) | null)?.ref();
    await client?.end().catch(() => {});
  }
}

/** Who else is connected: process ids of other Rollcalls, and the number of all other clients. */
export interface Company {
  rollcalls: number[];
  clients: number;
}

async function companyNow(admin: Client): Promise<Company> {
  const { rows } = await admin.query<{ application_name: string }>(
    `select application_name from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
  );
  const rollcalls = rows
    .map((row) => row.application_name)
    .filter((name) => name.startsWith(PRESENCE))
    .map((name) => Number(name.slice(PRESENCE.length)));
  return { rollcalls, clients: rows.length };
}

/** Waits for connections that are on their way out, unless another Rollcall is there: then the answer is clear at once. */
export async function findCompany(state: EmbeddedState, port: number): Promise<Company> {
  const admin = await connectAsAdmin(state, port);
  const end = performance.now() + LINGER_MS;
  try {
    for (;;) {
      const company = await companyNow(admin);
      if (company.clients === 0 || company.rollcalls.length > 0 || performance.now() > end) return company;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  } finally {
    await admin.end();
  }
}
