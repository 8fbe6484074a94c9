import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventStream } from '../../graphql/event-stream.js';
import { pushUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { endProductProcesses, startProductProcess } from '../workers/product-process.js';
import { openStream } from './sse.js';

const LOG = 'subscription ($after: String) { provisioningEvents(after: $after) { request { targetId } } }';

describe('streams of several processes', () => {
  let product: TestProduct;
  let acme: TestOrganization;

  beforeAll(async () => {
    product = await startProduct();
    acme = await product.organization();
  });
  afterEach(endProductProcesses);
  afterAll(() => product.close());

  it('what one process writes another shows; PostgreSQL cutting everybody off is a pause; SIGTERM completes', async () => {
    const process = await startProductProcess({ ROLE: 'api', DATABASE_URL: product.databaseUrl });
    const stream = await openStream(process.url, acme.apiToken, LOG);
    const targets = async (count: number) =>
      (await stream.data(count, 60_000)).map(({ data }) => data.provisioningEvents.request.targetId);
    const ids = [await pushUser(acme)];
    expect(await targets(1)).toEqual(ids);

    const cut = () =>
      product.sql(
        `select pg_terminate_backend(pid, 5000) from pg_stat_activity
         where datname = current_database() and usename <> 'postgres' and pid <> pg_backend_pid()`,
      );
    for (let round = 0; round < 4; round += 1) {
      await cut();
      await sleep(200);
    }
    ids.push(await pushUser(acme));
    expect(await targets(2)).toEqual(ids);

    const ended = await process.end('SIGTERM');
    expect(ended).toMatchObject({ code: 0, signal: null });
    expect(ended.ms).toBeLessThan(10_000);
    await stream.end();
    expect(stream.events.at(-1)).toEqual({ event: 'complete', id: undefined, data: null });

    // Whoever comes back, to whichever process, misses nothing of the time between.
    ids.push(await pushUser(acme));
    const next = await startProductProcess({ ROLE: 'api', DATABASE_URL: product.databaseUrl });
    const lastEventId = stream.events.findLast(({ id }) => id !== undefined)?.id ?? '';
    const resumed = await openStream(next.url, acme.apiToken, LOG, {
      headers: { 'last-event-id': lastEventId },
    });
    const [missed] = await resumed.data(1);
    expect(missed.data.provisioningEvents.request.targetId).toBe(ids[2]);
    resumed.cut();
  });
});

describe('a reader', () => {
  /** One answer of a server, and the socket of the client it goes to. */
  async function pair() {
    let answer: (response: ServerResponse) => void = () => {};
    const answered = new Promise<ServerResponse>((resolve) => {
      answer = resolve;
    });
    const server = createServer((_request, response) => answer(response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    client.on('error', () => {});
    client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    const close = () => {
      client.destroy();
      server.close();
    };
    return { response: await answered, client, close };
  }

  it('that does not read is cut off, and until then nothing piles up here', async () => {
    const { response, client, close } = await pair();
    client.pause();
    const stream = new EventStream(response, {}, { heartbeatMs: 20, slowReaderMs: 300 });
    let sent = 0;
    for (; !stream.closed.aborted; sent += 1)
      await stream.send({ event: 'next', data: 'x'.repeat(64 * 1024) });
    // What waits in this process is what did not fit the buffers of the kernel: one message and a few heartbeats.
    expect(response.writableLength).toBeLessThan(200 * 1024);
    expect(sent).toBeGreaterThan(1);
    expect(response.destroyed).toBe(true);
    close();
  });

  it('hears a heartbeat while nothing happens, and none after the end', async () => {
    const { response, client, close } = await pair();
    let heard = '';
    client.setEncoding('utf8').on('data', (text) => {
      heard += text;
    });
    const stream = new EventStream(response, {}, { heartbeatMs: 30, slowReaderMs: 1_000 });
    const count = () => heard.split(':\n\n').length - 1;
    while (count() < 4) await sleep(10);
    stream.end();
    while (!heard.endsWith('0\r\n\r\n')) await sleep(10);
    const beats = count();
    await sleep(100);
    expect(count()).toBe(beats);
    close();
  });
});
