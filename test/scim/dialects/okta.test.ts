import { patch } from '../../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../../support/product.js';
import { GROUP, oktaUser } from './bodies.js';

let product: TestProduct;
let acme: TestOrganization;
let id: string;
let path: string;

const HEADERS = {
  accept: 'application/scim+json',
  'accept-charset': 'utf-8',
  'content-type': 'application/scim+json; charset=utf-8',
  'user-agent': 'Okta SCIM Client 1.0.0',
};

beforeAll(async () => {
  product = await startProduct();
});
beforeEach(async () => {
  acme = await product.organization({ provider: 'okta' });
  id = (await acme.scim('POST', '/Users', oktaUser('lena'), HEADERS)).body.id;
  path = `/Users/${id}`;
});
afterAll(() => product.close());

const group = async (displayName: string, members: unknown[] = []): Promise<string> =>
  (await acme.scim('POST', '/Groups', { schemas: [GROUP], displayName, members }, HEADERS)).body.id;
const membersOf = async (groupId: string): Promise<string[]> =>
  (await acme.scim('GET', `/Groups/${groupId}`)).body.members.map((one: { value: string }) => one.value);

describe('Okta, people', () => {
  it('Okta 2.1: the credentials are tested with a page: Resources and integers even when nobody is there', async () => {
    const empty = await product.organization({ provider: 'okta' });
    for (const url of ['/Users?startIndex=1&count=2', '/Groups?startIndex=1&count=100']) {
      const answer = await empty.scim('GET', url, undefined, HEADERS);
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({ totalResults: 0, itemsPerPage: 0, startIndex: 1, Resources: [] });
    }
  });

  it('Okta 2.2: HTTP Basic with client id and secret works as the bearer token does', async () => {
    const basic = Buffer.from(`${acme.clientId}:${acme.clientSecret}`).toString('base64');
    const credential = { authorization: `Basic ${basic}` };
    const answer = await acme.scim('GET', '/Users?count=1', undefined, credential);
    expect([answer.status, answer.body.totalResults]).toEqual([200, 1]);
  });

  it.each(['non-token', 'Bearer', 'Bearer wrong', 'Basic !!!', ''])(
    'Okta 2.3: Authorization: %s is 401 as a SCIM error with a detail',
    async (authorization) => {
      const answer = await acme.scim('GET', '/Users', undefined, { authorization });
      expect(answer.status).toBe(401);
      expect(answer.body).toMatchObject({ status: '401', detail: expect.any(String) });
      expect(answer.headers).toHaveProperty('www-authenticate');
    },
  );

  it('Okta 2.4: the look-up before an assignment, in any letter case', async () => {
    const filter = 'userName%20eq%20%22LENA%40acme.example%22';
    const answer = await acme.scim(
      'GET',
      `/Users?filter=${filter}&startIndex=1&count=100`,
      undefined,
      HEADERS,
    );
    expect(answer.body).toMatchObject({ totalResults: 1, Resources: [{ id }] });
  });

  it('Okta 2.5: a creation is 201 with body and id; password and groups are neither stored nor shown', async () => {
    const answer = await acme.scim('POST', '/Users', oktaUser('bo'), HEADERS);
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ id: expect.any(String), groups: [], name: { givenName: 'bo' } });
    expect(answer.body).not.toHaveProperty('password');
    expect((await acme.scim('POST', '/Users', oktaUser('bo'), HEADERS)).status).toBe(409);
  });

  it('Okta 2.6: a PUT of its own GET body, merged with changes and unknown attributes', async () => {
    const current = (await acme.scim('GET', path)).body;
    const merged = { ...current, title: 'Lead', nickName: 'Le', password: 'x', costCenter: { a: 1 } };
    const answer = await acme.scim('PUT', path, merged, HEADERS);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ ...current, title: 'Lead', meta: expect.any(Object) });
  });

  it('Okta 2.7: an OIN app deactivates by a value without a path, which may carry the id', async () => {
    const off = await acme.scim(
      'PATCH',
      path,
      patch({ op: 'replace', value: { active: false, id } }),
      HEADERS,
    );
    expect([off.status, off.body.active]).toEqual([200, false]);
    expect((await acme.scim('GET', path)).body.active).toBe(false);
    const on = await acme.scim('PATCH', path, patch({ op: 'replace', value: { active: true } }), HEADERS);
    expect(on.body.active).toBe(true);
  });

  it('Okta 2.8: a Wizard app deactivates by a PUT of the merged resource', async () => {
    const current = (await acme.scim('GET', path)).body;
    expect((await acme.scim('PUT', path, { ...current, active: false }, HEADERS)).body.active).toBe(false);
  });

  it('Okta 2.9: a password sync changes nothing and never comes back', async () => {
    const answer = await acme.scim(
      'PATCH',
      path,
      patch({ op: 'replace', value: { password: 'Geheim-1' } }),
      HEADERS,
    );
    expect([answer.status, answer.headers.etag]).toEqual([200, 'W/"1"']);
    expect(JSON.stringify(answer.body)).not.toContain('Geheim');
  });

  it('Okta 2.10: application/json is read, and a Content-Type on a GET is no body', async () => {
    const json = { ...HEADERS, 'content-type': 'application/json' };
    expect((await acme.scim('POST', '/Users', oktaUser('cy'), json)).status).toBe(201);
    expect((await acme.scim('GET', '/Users', undefined, json)).status).toBe(200);
  });

  it('Okta 2.11: 404 is a SCIM error, and an id never holds "bulkId"', async () => {
    const answer = await acme.scim('GET', '/Users/nobody', undefined, HEADERS);
    expect([answer.status, answer.body.status]).toEqual([404, '404']);
    expect(id).not.toMatch(/bulkid/i);
  });

  it('Okta 2.12: an import reads page after page in a stable order', async () => {
    for (let at = 0; at < 5; at += 1) await acme.scim('POST', '/Users', oktaUser(`p${at}`), HEADERS);
    const pages = [];
    for (const start of [1, 3, 5]) {
      pages.push((await acme.scim('GET', `/Users?startIndex=${start}&count=2`)).body);
    }
    expect(pages.map((page) => page.totalResults)).toEqual([6, 6, 6]);
    const ids = pages.flatMap((page) => page.Resources.map((one: { id: string }) => one.id));
    expect(new Set(ids).size).toBe(6);
    for (const person of pages[0].Resources) {
      expect(person).toMatchObject({
        name: { givenName: expect.any(String) },
        emails: [{ value: expect.any(String) }],
      });
    }
  });
});

describe('Okta, groups', () => {
  it('Okta 2.13: a rename carries the id inside the value', async () => {
    const one = await group('Old');
    const change = patch({ op: 'replace', value: { id: one, displayName: 'New' } });
    expect((await acme.scim('PATCH', `/Groups/${one}`, change, HEADERS)).status).toBe(204);
    expect((await acme.scim('GET', `/Groups/${one}`)).body).toMatchObject({ id: one, displayName: 'New' });
  });

  it('Okta 2.14: one PATCH removes by value path and adds without a type', async () => {
    const bo = (await acme.scim('POST', '/Users', oktaUser('bo'), HEADERS)).body.id;
    const one = await group('Crew', [{ value: id, display: 'lena@acme.example' }]);
    const change = patch(
      { op: 'remove', path: `members[value eq "${id}"]` },
      { op: 'add', path: 'members', value: [{ value: bo, display: 'bo@acme.example' }] },
    );
    expect((await acme.scim('PATCH', `/Groups/${one}`, change, HEADERS)).status).toBe(204);
    expect(await membersOf(one)).toEqual([bo]);
  });

  it('Okta 2.15: "Push now" replaces the members, also with an empty list', async () => {
    const one = await group('Crew', [{ value: id }]);
    const push = (value: unknown[]) =>
      acme.scim('PATCH', `/Groups/${one}`, patch({ op: 'replace', path: 'members', value }), HEADERS);
    expect((await push([])).status).toBe(204);
    expect(await membersOf(one)).toEqual([]);
    await push([{ value: id, display: 'lena@acme.example' }]);
    expect(await membersOf(one)).toEqual([id]);
  });

  it('Okta 2.16: a Wizard app PUTs name and all members each time', async () => {
    const one = await group('Crew');
    const body = {
      schemas: [GROUP],
      id: one,
      displayName: 'Crew',
      members: [{ value: id, display: 'lena' }],
    };
    const answer = await acme.scim('PUT', `/Groups/${one}`, body, HEADERS);
    expect([answer.status, answer.body.members.length]).toEqual([200, 1]);
  });

  it('Okta 2.17: overlapping membership PATCHes of one group lose nobody', async () => {
    const one = await group('Crew');
    const people = [id];
    for (let at = 0; at < 5; at += 1) {
      people.push((await acme.scim('POST', '/Users', oktaUser(`m${at}`), HEADERS)).body.id);
    }
    await Promise.all(
      people.map((value) =>
        acme.scim(
          'PATCH',
          `/Groups/${one}`,
          patch({ op: 'add', path: 'members', value: [{ value }] }),
          HEADERS,
        ),
      ),
    );
    expect((await membersOf(one)).sort()).toEqual([...people].sort());
  });

  it('Okta 2.18: a deactivation takes the person out of all groups', async () => {
    const one = await group('Crew', [{ value: id }]);
    await acme.scim('PATCH', path, patch({ op: 'replace', value: { active: false } }), HEADERS);
    expect(await membersOf(one)).toEqual([]);
  });
});
