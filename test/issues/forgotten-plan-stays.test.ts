import pg, { type PoolClient } from 'pg';
import { sendPacket } from '../../src/kernel/packet.js';
import { createTestDatabase } from '../support/database.js';

/** As many as one connection keeps (`prepared.ts`). */
const KEPT = 128;
const prepared = (text: string) => ({ text, values: [], prepared: true });

// What a connection forgets it closes. That stood where the new statement stands, and PostgreSQL passes over everything after
// a failure: the plan stayed in the server, under a name nobody knew any more.
it('what is forgotten in a packet that fails is forgotten by PostgreSQL too', async () => {
  const database = await createTestDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    const send = (...statements: Parameters<typeof sendPacket>[1]) =>
      sendPacket(client as unknown as PoolClient, statements);
    for (let n = 0; n < KEPT; n += 1) await send(prepared(`select ${n} as number`));
    const failing = { text: 'select 1 / 0', values: [], prepared: false };
    await expect(send(failing, prepared('select 1000 as number'))).rejects.toThrow('division by zero');
    const { rows } = await client.query('select statement from pg_prepared_statements');
    const statements = rows.map(({ statement }) => statement);
    expect(statements).not.toContain('select 0 as number');
    expect(statements).toContain('select 1 as number');
  } finally {
    await client.end();
    await database.drop();
  }
});
