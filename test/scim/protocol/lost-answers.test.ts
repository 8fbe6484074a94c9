import net, { type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { newUser, pushUser } from '../../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../../support/product.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
  await product.app.listen({ host: '127.0.0.1', port: 0 });
});
beforeEach(async () => {
  acme = await product.organization();
});
afterAll(() => product.close());

type Body = Record<string, unknown>;

const noted = async (): Promise<number> => {
  const [row] = await product.sql<{ n: string }>(
    'select count(*) as n from unconfirmed_answers where organization_id = $1',
    [acme.id],
  );
  return Number(row?.n);
};

async function until(done: () => Promise<boolean>, meanwhile = () => 'nothing'): Promise<void> {
  for (let tries = 0; tries < 1_200; tries += 1) {
    if (await done()) return;
    await sleep(25);
  }
  throw new Error(`It never happened; what came instead: ${meanwhile()}`);
}

/** Sends a request over a real socket and cuts it while the server waits for a lock, so that nobody hears the answer. */
async function cutWhileItWaits(path: string, body: Body): Promise<void> {
  const url = Object.assign(new URL(product.databaseUrl), {
    username: 'postgres',
    password: process.env.ROLLCALL_TEST_ADMIN_PASSWORD ?? '',
  });
  const blocker = new pg.Client({ connectionString: url.toString() });
  await blocker.connect();
  try {
    await blocker.query('begin');
    await blocker.query('lock table users in share mode');
    const { port } = product.app.server.address() as AddressInfo;
    const socket = net.connect(port, '127.0.0.1');
    const payload = JSON.stringify(body);
    const head = [
      `POST /scim/v2${path} HTTP/1.1`,
      'Host: 127.0.0.1',
      `Authorization: Bearer ${acme.token}`,
      'Content-Type: application/scim+json',
      `Content-Length: ${Buffer.byteLength(payload)}`,
    ];
    const send = () => socket.write(`${head.join('\r\n')}\r\n\r\n${payload}`);
    let answers = '';
    // It waits for a lock for two seconds at most. Where this process stands still for longer, nobody has seen it waiting.
    socket.on('data', (answer) => {
      answers += answer;
      if (`${answer}`.startsWith('HTTP/1.1 503')) send();
    });
    send();
    const isWaiting = async () => {
      const { rows } = await blocker.query(
        "select from pg_locks where not granted and relation = 'users'::regclass",
      );
      return rows.length > 0;
    };
    await until(isWaiting, () => answers);
    socket.destroy();
    await sleep(50);
    await blocker.query('commit');
  } finally {
    await blocker.end();
  }
  await until(async () => (await noted()) > 0);
}

describe('a creation whose answer was lost (B16)', () => {
  it('is answered 201 with the same person when it is repeated, and 409 after that', async () => {
    const body = newUser('ann');
    await cutWhileItWaits('/Users', body);
    const repeat = await acme.scim('POST', '/Users', body);
    expect(repeat.status).toBe(201);
    expect(repeat.headers).toMatchObject({ etag: 'W/"1"', location: repeat.body.meta.location });
    expect(repeat.body).toEqual((await acme.scim('GET', `/Users/${repeat.body.id}`)).body);
    expect((await acme.scim('GET', '/Users')).body.totalResults).toBe(1);
    const third = await acme.scim('POST', '/Users', body);
    expect([third.status, third.body.scimType]).toEqual([409, 'uniqueness']);
  });

  it('is recognised again when the answer to the repeat is lost too', async () => {
    const body = newUser('bo');
    await cutWhileItWaits('/Users', body);
    await cutWhileItWaits('/Users', body);
    expect((await acme.scim('POST', '/Users', body)).status).toBe(201);
  });

  it('stays 409 with another body, over another connection, or after a day', async () => {
    const body = newUser('cy');
    await cutWhileItWaits('/Users', body);
    expect((await acme.scim('POST', '/Users', { ...body, title: 'Cook' })).status).toBe(409);
    expect((await acme.scim('POST', '/Users', { ...body, externalId: 'other' })).status).toBe(409);
    const other = await product.sql<{ id: string }>(
      `insert into scim_connections (organization_id, id, provider, profile, status)
       values ($1, gen_random_uuid(), 'custom', 'standard', 'active') returning id`,
      [acme.id],
    );
    await product.sql('update unconfirmed_answers set connection_id = $2 where organization_id = $1', [
      acme.id,
      other[0]?.id,
    ]);
    expect((await acme.scim('POST', '/Users', body)).status).toBe(409);
    await product.sql(
      "update unconfirmed_answers set connection_id = $2, at = now() - interval '25 hours' where organization_id = $1",
      [acme.id, acme.connectionId],
    );
    expect((await acme.scim('POST', '/Users', body)).status).toBe(409);
  });

  it('holds for a creation inside a bulk request', async () => {
    const body = newUser('dee');
    const Operations = [{ method: 'POST', path: '/Users', bulkId: 'd', data: body }];
    await cutWhileItWaits('/Bulk', { Operations });
    const repeat = await acme.scim('POST', '/Bulk', { Operations });
    expect(repeat.body.Operations).toMatchObject([{ status: '201' }]);
  });

  it('says nothing about a person who ended and came back meanwhile', async () => {
    const body = newUser('eve');
    await cutWhileItWaits('/Users', body);
    const [person] = (await acme.scim('GET', '/Users')).body.Resources;
    await acme.scim('DELETE', `/Users/${person.id}`);
    expect((await acme.scim('POST', '/Users', body)).body.id).toBe(person.id);
    expect((await acme.scim('POST', '/Users', body)).status).toBe(409);
  });
});

describe('an identical creation otherwise (B16)', () => {
  it('is 409 when the first answer was written', async () => {
    await pushUser(acme, 'finn');
    expect((await acme.scim('POST', '/Users', newUser('finn'))).status).toBe(409);
    expect(await noted()).toBe(0);
  });

  it('racing ones leave one person: one 201, the others 409', async () => {
    const body = newUser('gus');
    const answers = await Promise.all(Array.from({ length: 8 }, () => acme.scim('POST', '/Users', body)));
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, ...Array(7).fill(409)]);
    expect((await acme.scim('GET', '/Users')).body.totalResults).toBe(1);
    expect(await noted()).toBe(0);
  });
});
