import { FairGate } from '../../src/kernel/fair-gate.js';
import type { KnownCredential } from '../../src/provisioning/known-credential.js';
import { CredentialGuard } from '../../src/scim/credential-guard.js';
import { Pace } from '../../src/scim/pace.js';
import { type Answer, startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { logged } from './log-reading.js';

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

describe('the pace of a connection (F19)', () => {
  let product: TestProduct;
  let acme: TestOrganization;

  beforeAll(async () => {
    product = await startProduct();
    acme = await product.organization();
  });
  afterAll(() => product.close());

  const burst = (organization: TestOrganization, count: number): Promise<Answer[]> =>
    Promise.all(Array.from({ length: count }, () => organization.scim('GET', '/Users?count=0')));

  it('50 requests a second never see a 429', async () => {
    const answers: Promise<Answer>[] = [];
    for (let tick = 0; tick < 30; tick += 1) {
      for (let i = 0; i < 5; i += 1) answers.push(acme.scim('GET', '/Users?count=0'));
      await sleep(100);
    }
    expect(new Set((await Promise.all(answers)).map((answer) => answer.status))).toEqual(new Set([200]));
  });

  it('far more is 429 with Retry-After in whole seconds, for this connection alone, and logged', async () => {
    const other = await product.organization();
    const [answers, neighbour] = await Promise.all([
      burst(acme, 1_000),
      sleep(20).then(() => burst(other, 20)),
    ]);
    const refused = answers.filter((answer) => answer.status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(answers.filter((answer) => answer.status === 200).length).toBeGreaterThanOrEqual(100);
    for (const { headers, body } of refused) {
      expect(headers['retry-after']).toMatch(/^[1-9]\d*$/);
      expect(body).toMatchObject({ status: '429', schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'] });
    }
    expect(new Set(neighbour.map((answer) => answer.status))).toEqual(new Set([200]));
    const entry = await logged(acme, refused[0] as Answer);
    expect(entry).toMatchObject({ status: 429, outcome: 'REFUSED', connectionId: acme.connectionId });
  });
});

describe('Pace', () => {
  const pace = () => new Pace({ perSecond: 100, burst: 10, heldBack: 5 });
  const outcomes = async (entries: Promise<unknown>[]) =>
    (await Promise.allSettled(entries)).map((one) => one.status);

  it('lets a burst in, holds some back and refuses the rest', async () => {
    const one = pace();
    const began = performance.now();
    const all = await outcomes(Array.from({ length: 20 }, () => one.enter('a')));
    expect(all.filter((status) => status === 'fulfilled')).toHaveLength(15);
    expect(performance.now() - began).toBeGreaterThan(40);
    expect(await outcomes([one.enter('b')])).toEqual(['fulfilled']);
  });

  it('spreads the burst of one key while another is here, and refuses none of it', async () => {
    const one = pace();
    (await one.enter('b'))();
    const began = performance.now();
    const times = await Promise.all(
      Array.from({ length: 10 }, async () => {
        await one.enter('a');
        return performance.now() - began;
      }),
    );
    expect(times.filter((ms) => ms < 15)).toHaveLength(2);
    expect(Math.max(...times)).toBeGreaterThan(140);
  });

  it('never holds back who waits for each answer', async () => {
    const one = pace();
    const began = performance.now();
    for (let i = 0; i < 1000; i += 1) (await one.enter('a'))();
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});

describe('CredentialGuard', () => {
  it('makes an address wait that sent too many bad credentials, and not who was let in before', () => {
    const guard = new CredentialGuard({ refusals: 3, forgivenPerSecond: 0.001 });
    const known = { owner: {}, caller: {}, slug: 'acme' } as KnownCredential;
    guard.accepted('Bearer good', known);
    for (let i = 0; i < 3; i += 1) {
      guard.requirePatience('192.0.2.1');
      guard.refused(`Bearer bad ${i}`, '192.0.2.1');
    }
    expect(() => guard.requirePatience('192.0.2.1')).toThrow(/without a valid credential/);
    expect(() => guard.requirePatience('192.0.2.2')).not.toThrow();
    expect(guard.recall('Bearer good')).toBe(known);
    guard.refused('Bearer good', '192.0.2.3');
    expect(guard.recall('Bearer good')).toBeUndefined();
  });
});

describe('FairGate', () => {
  it('serves keys in turn, each within its share', async () => {
    const gate = new FairGate({ places: 3, placesPerKey: 2 });
    const order: string[] = [];
    const inside = { loud: 0, quiet: 0 };
    const work = (key: 'loud' | 'quiet') =>
      gate.run(key, async () => {
        inside[key] += 1;
        expect(inside[key]).toBeLessThanOrEqual(2);
        await sleep(5);
        inside[key] -= 1;
        order.push(key);
      });
    const loud = Array.from({ length: 40 }, () => work('loud'));
    const quiet = Array.from({ length: 4 }, () => work('quiet'));
    await Promise.all([...loud, ...quiet]);
    expect(order.lastIndexOf('quiet')).toBeLessThan(16);
  });

  it('leaves one key more room while it is alone than in company', async () => {
    const gate = new FairGate({ places: 9, placesPerKey: 3, placesInCompany: 1, background: ['system'] });
    let inside = 0;
    let most = 0;
    const work = () =>
      gate.run('a', async () => {
        inside += 1;
        most = Math.max(most, inside);
        await sleep(5);
        inside -= 1;
      });
    await gate.run('system', async () => {});
    await Promise.all([work(), work(), work(), work()]);
    expect(most).toBe(3);
    most = 0;
    await Promise.all([gate.run('b', () => sleep(1)), work(), work(), work()]);
    expect(most).toBe(1);
  });

  it('gives its place back when the work fails', async () => {
    const gate = new FairGate({ places: 1, placesPerKey: 1 });
    await expect(gate.run('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(gate.run('b', async () => 'yes')).resolves.toBe('yes');
  });

  it('refuses who would wait behind too many, and who has waited too long', async () => {
    const gate = new FairGate({ places: 2, placesPerKey: 1, waitingPerKey: 1, waiting: 2, patienceMs: 30 });
    const long = () => sleep(100);
    const first = [gate.run('a', long), gate.run('b', long)];
    const waiting = gate.run('a', long);
    waiting.catch(() => {});
    await expect(gate.run('a', long)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    gate.run('b', long).catch(() => {});
    await expect(gate.run('c', long)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(waiting).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await Promise.all(first);
    await expect(gate.run('a', async () => 1)).resolves.toBe(1);
  });
});
