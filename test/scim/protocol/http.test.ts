import { newUser, patch, pushGroup, pushUser } from '../../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../../support/product.js';

const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';

let product: TestProduct;
let acme: TestOrganization;
let id: string;
let group: string;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization();
  id = await pushUser(acme, 'ada');
  group = await pushGroup(acme, 'Crew', [id]);
});
afterAll(() => product.close());

describe('methods (RFC 9110 sections 9.1 and 15.5.6)', () => {
  it.each([
    ['PUT', '/Users', 'GET, POST, HEAD'],
    ['DELETE', '/Groups', 'GET, POST, HEAD'],
    ['POST', '/Users/1', 'GET, PUT, PATCH, DELETE, HEAD'],
    ['GET', '/Users/.search', 'POST'],
    ['GET', '/.search', 'POST'],
    ['GET', '/Bulk', 'POST'],
    ['POST', '/Schemas', 'GET, HEAD'],
    ['PUT', '/ServiceProviderConfig', 'GET, HEAD'],
    ['PATCH', '/ResourceTypes/User', 'GET, HEAD'],
    ['DELETE', '/Schemas/urn:ietf:params:scim:schemas:core:2.0:User', 'GET, HEAD'],
    ['POST', '/openapi.json', 'GET, HEAD'],
    ['OPTIONS', '/Users', 'GET, POST, HEAD'],
  ])('%s %s is 405 with Allow: %s', async (method, path, allow) => {
    const answer = await acme.scim(method, path, method === 'GET' || method === 'OPTIONS' ? undefined : {});
    expect([answer.status, answer.headers.allow]).toEqual([405, allow]);
    expect(answer.headers['content-type']).toBe('application/scim+json');
    expect(answer.body).toMatchObject({
      schemas: [ERROR],
      status: '405',
      detail: expect.stringContaining(method),
    });
  });

  it('an unknown path is 404, before a credential is asked for', async () => {
    for (const path of ['/Devices', '/Users/a/b', '/users']) {
      const answer = await acme.scim('POST', path, 'not json', { 'content-type': 'text/plain' });
      expect([answer.status, answer.body.status]).toEqual([404, '404']);
    }
  });

  it('HEAD answers as GET does, without a body', async () => {
    for (const path of ['/Users', `/Users/${id}`, `/Groups/${group}`, '/Schemas', '/ServiceProviderConfig']) {
      const [head, get] = [await acme.scim('HEAD', path), await acme.scim('GET', path)];
      expect([head.status, head.body]).toEqual([200, '']);
      expect(head.headers.etag).toBe(get.headers.etag);
      expect(head.headers['content-type']).toBe(get.headers['content-type']);
    }
    expect((await acme.scim('HEAD', '/Users/nobody')).status).toBe(404);
    expect((await acme.scim('HEAD', '/Users', undefined, { authorization: '' })).status).toBe(401);
  });

  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])(
    '%s /Me is 501 and says what to ask for',
    async (method) => {
      const answer = await acme.scim(method, '/Me', method === 'GET' ? undefined : {});
      expect(answer.status).toBe(501);
      expect(answer.body).toMatchObject({ status: '501', detail: expect.stringContaining('/Users/{id}') });
    },
  );
});

describe('discovery (RFC 7644 section 4)', () => {
  it.each(['/Schemas', '/ResourceTypes', '/ServiceProviderConfig'])('a filter on %s is 403', async (path) => {
    const answer = await acme.scim('GET', `${path}?filter=id eq "User"`);
    expect([answer.status, answer.body.status]).toEqual([403, '403']);
    const others = await acme.scim('GET', `${path}?startIndex=2&count=1&sortBy=id&attributes=id`);
    expect(others.status).toBe(200);
  });
});

describe('media types (B5)', () => {
  it.each([
    undefined,
    '*/*',
    'application/*',
    'application/json',
    'application/scim+json; charset=utf-8',
    'text/html, application/xhtml+xml, */*;q=0.1',
    'text/html;q=0.9, APPLICATION/JSON;q=0.2',
    'application/scim+json;q=0, application/json',
  ])('Accept: %s is answered', async (accept) => {
    const answer = await acme.scim('GET', `/Users/${id}`, undefined, accept === undefined ? {} : { accept });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/scim+json');
  });

  it.each([
    'text/html',
    'application/xml, text/*',
    '*/*;q=0',
    'application/json;q=0, application/scim+json;q=0, */*',
  ])('Accept: %s is 406', async (accept) => {
    const answer = await acme.scim('GET', '/Users', undefined, { accept });
    expect([answer.status, answer.body.status]).toEqual([406, '406']);
    expect((await acme.scim('GET', '/Schemas', undefined, { accept })).status).toBe(406);
  });

  it.each(['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'multipart/form-data'])(
    'Content-Type: %s is 415',
    async (type) => {
      const answer = await acme.scim('POST', '/Users', '{}', { 'content-type': type });
      expect([answer.status, answer.body.status]).toEqual([415, '415']);
      expect(answer.body.detail).toContain(type);
    },
  );

  it.each(['application/json', 'APPLICATION/SCIM+JSON;charset=UTF-8', 'application/json ; charset=utf-8'])(
    'Content-Type: %s is read',
    async (type) => {
      const answer = await acme.scim('POST', '/Users', newUser(), { 'content-type': type });
      expect(answer.status).toBe(201);
    },
  );

  it('a body that is no JSON is 400 invalidSyntax', async () => {
    const answer = await acme.scim('POST', '/Users', '{"userName":');
    expect([answer.status, answer.body.scimType]).toEqual([400, 'invalidSyntax']);
  });

  it('a body that is too large is 413', async () => {
    const answer = await acme.scim('POST', '/Users', newUser('big', { nickName: 'x'.repeat(1024 * 1024) }));
    expect([answer.status, answer.body.status]).toEqual([413, '413']);
  });
});

describe('how a URL may be written', () => {
  beforeAll(async () => {
    acme = await product.organization();
    id = await pushUser(acme, 'ada');
  });

  it.each([
    '/Users/',
    '//Users',
    '//Users//',
    '/Users?',
    '/Users?filter=userName+eq+%22ada%40people.example%22&',
    '/Users?filter=userName%20eq%20%22ada%40people.example%22',
    '/Users?&filter=userName+eq+%22ada@people.example%22&&',
    '/Users?aadOptscim062020&filter=userName%20Eq%20"ada@people.example"',
  ])('GET %s', async (path) => {
    const answer = await acme.scim('GET', path);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ totalResults: 1, Resources: [{ id }] });
  });

  it('of a resource: a trailing slash, doubled slashes, a lone question mark', async () => {
    for (const path of [`/Users/${id}/`, `//Users//${id}`, `/Users/${id}?`]) {
      expect((await acme.scim('GET', path)).body.id).toBe(id);
    }
  });

  it('a plus in an address is %2B, since + is a space', async () => {
    const plus = await pushUser(acme, 'ann+hr');
    const found = await acme.scim('GET', '/Users?filter=userName+eq+%22ann%2Bhr%40people.example%22');
    expect(found.body.Resources[0].id).toBe(plus);
  });

  it('one that cannot be decoded is a SCIM error', async () => {
    const answer = await acme.scim('GET', '/Users/%zz');
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ schemas: [ERROR], status: '400' });
  });
});

describe('Location and Content-Location', () => {
  it('say where the resource is, wherever there is one', async () => {
    const created = await acme.scim('POST', '/Users', newUser());
    const location = `http://localhost:80/scim/v2/Users/${created.body.id}`;
    const expected = { location, 'content-location': location };
    expect(created.body.meta.location).toBe(location);
    expect(created.headers).toMatchObject(expected);
    const path = `/Users/${created.body.id}`;
    expect((await acme.scim('GET', path)).headers).toMatchObject(expected);
    expect((await acme.scim('PUT', path, created.body)).headers).toMatchObject(expected);
    const change = patch({ op: 'replace', path: 'title', value: 'x' });
    expect((await acme.scim('PATCH', path, change)).headers).toMatchObject(expected);
    const gone = await acme.scim('DELETE', path);
    expect([gone.status, gone.body, gone.headers['content-type']]).toEqual([204, '', undefined]);
    expect(gone.headers).not.toHaveProperty('content-location');
  });

  it('a change without an answer body still tells the new version', async () => {
    const change = patch({ op: 'replace', path: 'displayName', value: 'Crew 2' });
    group = await pushGroup(acme);
    const answer = await acme.scim('PATCH', `/Groups/${group}`, change);
    expect([answer.status, answer.headers['content-location']]).toEqual([204, undefined]);
    expect(answer.headers.etag).toBe((await acme.scim('GET', `/Groups/${group}`)).headers.etag);
  });
});
