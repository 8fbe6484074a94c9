import { isKnown, versionsIn } from '../../../src/scim/preconditions.js';
import { newUser, patch, pushGroup, pushUser } from '../../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../../support/product.js';

let product: TestProduct;
let acme: TestOrganization;
let id: string;
let path: string;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization();
});
beforeEach(async () => {
  id = await pushUser(acme);
  path = `/Users/${id}`;
});
afterAll(() => product.close());

let titles = 0;
const change = () => {
  titles += 1;
  return patch({ op: 'replace', path: 'title', value: `title ${titles}` });
};

describe('If-Match (RFC 7644 section 3.14)', () => {
  it.each(['W/"1"', '"1"', '*', 'W/"7", W/"1"', '"7","1"', 'w/"1"', ''])(
    '%s lets version 1 change',
    async (tag) => {
      const answer = await acme.scim('PATCH', path, change(), { 'if-match': tag });
      expect(answer.status).toBe(200);
      expect(answer.headers.etag).toBe('W/"2"');
    },
  );

  it.each(['W/"2"', '"0"', '"abc"', 'W/"7", W/"8"', 'nonsense'])(
    '%s is 412 on version 1, whatever the change',
    async (tag) => {
      const headers = { 'if-match': tag };
      const answers = [
        await acme.scim('PATCH', path, change(), headers),
        await acme.scim('PUT', path, newUser('someone'), headers),
        await acme.scim('DELETE', path, undefined, headers),
        await acme.scim('GET', path, undefined, headers),
      ];
      expect(answers.map((answer) => answer.status)).toEqual([412, 412, 412, 412]);
      expect(answers[0]?.body.detail).toContain('version is 1');
      expect((await acme.scim('GET', path)).headers.etag).toBe('W/"1"');
    },
  );

  it('holds for groups too', async () => {
    const group = `/Groups/${await pushGroup(acme)}`;
    const rename = patch({ op: 'replace', path: 'displayName', value: `renamed ${id}` });
    expect((await acme.scim('PATCH', group, rename, { 'if-match': 'W/"2"' })).status).toBe(412);
    expect((await acme.scim('PATCH', group, rename, { 'if-match': 'W/"2", W/"1"' })).status).toBe(204);
    expect((await acme.scim('DELETE', group, undefined, { 'if-match': 'W/"1"' })).status).toBe(412);
    expect((await acme.scim('DELETE', group, undefined, { 'if-match': '*' })).status).toBe(204);
  });

  it('of a PUT and a PATCH that saw the same version one wins', async () => {
    const headers = { 'if-match': 'W/"1"' };
    const answers = await Promise.all([
      acme.scim('PATCH', path, change(), headers),
      acme.scim('PUT', path, newUser(`put-${id}`), headers),
    ]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 412]);
  });
});

describe('If-None-Match (RFC 9110 section 13.1.2)', () => {
  it.each(['W/"1"', '"1"', '*', 'W/"9", W/"1"'])('%s is 304 with the ETag and no body', async (tag) => {
    for (const method of ['GET', 'HEAD']) {
      const answer = await acme.scim(method, path, undefined, { 'if-none-match': tag });
      expect([answer.status, answer.headers.etag, answer.body]).toEqual([304, 'W/"1"', '']);
      expect(answer.headers).not.toHaveProperty('content-type');
      expect(answer.headers).not.toHaveProperty('content-location');
    }
  });

  it.each(['W/"2"', '"11"', 'garbage'])('%s is 200', async (tag) => {
    expect((await acme.scim('GET', path, undefined, { 'if-none-match': tag })).status).toBe(200);
  });

  it('a list has an ETag that changes with what it shows', async () => {
    const list = `/Users?filter=id eq "${id}"`;
    const first = await acme.scim('GET', list);
    const headers = { 'if-none-match': String(first.headers.etag) };
    const again = await acme.scim('GET', list, undefined, headers);
    expect([again.status, again.body, again.headers.etag]).toEqual([304, '', first.headers.etag]);
    await acme.scim('PATCH', path, change());
    expect((await acme.scim('GET', list, undefined, headers)).status).toBe(200);
  });
});

describe('the two headers as text', () => {
  it('are read in linear time', () => {
    const long = 'W/"'.repeat(20_000);
    const started = performance.now();
    versionsIn(long);
    isKnown(`${'"'.repeat(60_001)}`, 'W/"1"');
    expect(performance.now() - started).toBeLessThan(500);
  });

  it.each([
    [undefined, undefined],
    ['', undefined],
    ['*', undefined],
    ['"3"', [3]],
    ['W/"3" , "4"', [3, 4]],
    ['3', [3]],
    ['"x"', []],
  ])('If-Match %j means %j', (header, versions) => {
    expect(versionsIn(header)).toEqual(versions);
  });
});
