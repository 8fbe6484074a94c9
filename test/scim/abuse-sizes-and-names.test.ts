import { fold } from '../../src/kernel/fold.js';
import { newUser, patch, pushGroup, pushUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization();
});
afterAll(() => product.close());

describe('abuse 15: a huge PATCH', () => {
  const removal = (i: number) => ({ op: 'remove', path: `members[value eq "nobody-${i}"]` });

  it('of 1,000 operations is taken, of one more it is refused, and the group stays as it was', async () => {
    const group = await pushGroup(acme);
    const many = (count: number) => patch(...Array.from({ length: count }, (_, i) => removal(i)));
    expect((await acme.scim('PATCH', `/Groups/${group}`, many(1_000))).status).toBe(204);
    const refused = await acme.scim('PATCH', `/Groups/${group}`, many(1_001));
    expect([refused.status, refused.body.scimType]).toEqual([400, 'tooMany']);
    expect((await acme.scim('GET', `/Groups/${group}`)).headers.etag).toBe('W/"1"');
  });

  it('of 10,000 members is read whole, of one more refused: 404 for nobody, 400 for too many', async () => {
    const group = await pushGroup(acme);
    const add = (count: number) =>
      patch({
        op: 'add',
        path: 'members',
        value: Array.from({ length: count }, (_, i) => ({ value: `nobody-${i}` })),
      });
    expect((await acme.scim('PATCH', `/Groups/${group}`, add(10_000))).status).toBe(404);
    expect((await acme.scim('PATCH', `/Groups/${group}`, add(10_001))).body.scimType).toBe('tooMany');
  });

  it('with duplicates, adds and removes of the same and contradictions ends as its last word, once', async () => {
    const [ada, bob] = [await pushUser(acme), await pushUser(acme)];
    const group = await pushGroup(acme, undefined, [bob]);
    const add = { op: 'add', path: 'members', value: Array(500).fill({ value: ada }) };
    const remove = { op: 'remove', path: 'members', value: Array(500).fill({ value: ada }) };
    const turns = Array.from({ length: 300 }, (_, i) => (i % 2 === 0 ? add : remove));
    expect((await acme.scim('PATCH', `/Groups/${group}`, patch(...turns, add, removal(1)))).status).toBe(204);
    const { body } = await acme.scim('GET', `/Groups/${group}`);
    expect(body.members.map(({ value }: { value: string }) => value).sort()).toEqual([ada, bob].sort());
    const rows = await product.sql('select from memberships where group_id = $1', [group]);
    expect(rows).toHaveLength(2);
  });

  it('of 8 MiB and more is 413, and memory does not grow by what was refused', async () => {
    const group = await pushGroup(acme);
    const value = 'x'.repeat(9 * 1024 * 1024);
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 4; i += 1) {
      const sent = JSON.stringify(patch({ op: 'replace', path: 'displayName', value }));
      expect((await acme.scim('PATCH', `/Groups/${group}`, sent)).status).toBe(413);
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
  });
});

describe('abuse 17: names that look alike', () => {
  it('folding twice is folding once, for every code point', () => {
    const wrong: string[] = [];
    for (let code = 1; code <= 0x10ffff; code += 1) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const once = fold(String.fromCodePoint(code));
      if (fold(once) !== once) wrong.push(code.toString(16));
    }
    expect(wrong).toEqual([]);
  });

  it.each([
    ['letter case', 'ADMIN', 'admin'],
    ['full width', 'ａｄｍｉｎ2', 'admin2'],
    ['the Kelvin sign', '\u212Aelvin', 'kelvin'],
    ['the long s', 'ba\u017Fe', 'base'],
    ['composed and decomposed', 'jose\u0301', 'jos\u00e9'],
    ['a ligature', 'o\uFB03ce', 'office'],
  ])('%s: one live person, whoever comes first, and the second is 409', async (_what, one, other) => {
    const names = (userName: string) => ({ ...newUser(), userName });
    const first = await acme.scim('POST', '/Users', names(one));
    expect([first.status, first.body.userName]).toEqual([201, one]);
    expect((await acme.scim('POST', '/Users', names(other))).status).toBe(409);
    for (const spelled of [one, other]) {
      const filter = encodeURIComponent(`userName eq ${JSON.stringify(spelled)}`);
      const { body } = await acme.scim('GET', `/Users?filter=${filter}`);
      expect(body.Resources.map(({ id }: { id: string }) => id)).toEqual([first.body.id]);
    }
  });

  it.each([
    ['dotless i', 'adm\u0131n3', 'admin3'],
    ['sharp s', 'stra\u00dfe', 'strasse'],
    ['a Cyrillic a', '\u0430dmin4', 'admin4'],
    ['zero width', 'adm\u200Bin5', 'admin5'],
  ])('%s: two people who never become one another', async (_what, one, other) => {
    const made: string[] = [];
    for (const userName of [one, other]) {
      const answer = await acme.scim('POST', '/Users', { ...newUser(), userName });
      expect([answer.status, answer.body.userName]).toEqual([201, userName]);
      made.push(answer.body.id);
    }
    for (const [i, spelled] of [one, other].entries()) {
      const filter = encodeURIComponent(`userName eq ${JSON.stringify(spelled)}`);
      const { body } = await acme.scim('GET', `/Users?filter=${filter}`);
      expect(body.Resources.map(({ id }: { id: string }) => id)).toEqual([made[i]]);
    }
  });
});
