import { hashPassword, normalizedPassword, verifyPassword } from '../../src/access/password.js';
import { PlaceQueue } from '../../src/access/place-queue.js';

const PASSWORD = 'correct horse battery';

describe('hashPassword', () => {
  it('makes an encoded argon2id hash with its parameters and a salt of its own', async () => {
    const [one, two] = await Promise.all([hashPassword(PASSWORD), hashPassword(PASSWORD)]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(two).not.toBe(one);
    expect(await verifyPassword(PASSWORD, one)).toBe(true);
    expect(await verifyPassword(`${PASSWORD}!`, one)).toBe(false);
  });

  it.each([
    ['too short', 'seven77'],
    ['too short after NFKC, however many code units', '😀😀😀😀😀😀😀'],
    ['too long', 'x'.repeat(201)],
    ['longer than anything that is normalised', 'x'.repeat(100_000)],
    ['too long after NFKC', '\uFDFA'.repeat(20)],
    ['with NUL', 'password\u0000'],
    ['with half a surrogate pair', 'password\uD83D'],
  ])('refuses one that is %s', async (_why, password) => {
    await expect(hashPassword(password)).rejects.toMatchObject({ code: 'INVALID_INPUT', field: 'password' });
  });

  it('accepts 8 and 200 characters, and reads two spellings of one letter as the same (abuse 17)', async () => {
    expect(normalizedPassword('12345678')).toBe('12345678');
    expect([...normalizedPassword('😀'.repeat(200))]).toHaveLength(200);
    const hash = await hashPassword('Stra\u00dfe-caf\u00e9');
    expect(await verifyPassword('Stra\u00dfe-cafe\u0301', hash)).toBe(true);
    expect(await verifyPassword('stra\u00dfe-caf\u00e9', hash)).toBe(false);
  });
});

describe('verifyPassword', () => {
  it('takes as long for nobody as for somebody, and says no (abuse 18)', async () => {
    const hash = await hashPassword(PASSWORD);
    const time = async (encoded: string | undefined): Promise<number> => {
      const start = performance.now();
      await verifyPassword('not the password', encoded);
      return performance.now() - start;
    };
    // In turns, and the quickest of each: what else runs on the machine only ever adds.
    let [known, unknown] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let round = 0; round < 24; round += 1) {
      known = Math.min(known, await time(hash));
      unknown = Math.min(unknown, await time(undefined));
    }
    expect(unknown / known).toBeGreaterThan(0.25);
    expect(unknown / known).toBeLessThan(4);
    expect(await verifyPassword(PASSWORD, undefined)).toBe(false);
  });

  it('says no to text that cannot be a password, and refuses a hash that asks for a gigabyte', async () => {
    expect(await verifyPassword('\u0000', await hashPassword(PASSWORD))).toBe(false);
    await expect(
      verifyPassword(PASSWORD, '$argon2id$v=19$m=1048576,t=2,p=1$AAAAAAAAAAA$AAAA'),
    ).rejects.toThrow('not one of ours');
  });
});

describe('the queue in front of it', () => {
  it('runs as many as it may, lets as many wait as it may, and refuses the next with UNAVAILABLE', async () => {
    const queue = new PlaceQueue({ running: 2, waiting: 3 });
    let running = 0;
    let most = 0;
    const gate = Promise.withResolvers<void>();
    const work = () =>
      queue.run(async () => {
        running += 1;
        most = Math.max(most, running);
        await gate.promise;
        running -= 1;
      });
    const taken = Array.from({ length: 5 }, work);
    await expect(work()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfter: 2 });
    gate.resolve();
    await Promise.all(taken);
    expect(most).toBe(2);
    await expect(queue.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await queue.run(() => Promise.resolve('free again'))).toBe('free again');
  });
});
