import { newUser, patch, pushGroup, pushUser } from '../../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../../support/product.js';

const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
});
beforeEach(async () => {
  acme = await product.organization();
});
afterAll(() => product.close());

type Operation = Record<string, unknown>;

const bulk = (Operations: Operation[], more: Record<string, unknown> = {}) =>
  acme.scim('POST', '/Bulk', { schemas: [BULK], Operations, ...more });

const post = (bulkId: string, name = bulkId): Operation => ({
  method: 'POST',
  path: '/Users',
  bulkId,
  data: newUser(name),
});

const statuses = (answer: { body: { Operations: { status: string }[] } }) =>
  answer.body.Operations.map((one) => one.status);

describe('POST /Bulk (RFC 7644 section 3.7)', () => {
  it('does every kind of operation and tells of each what became of it', async () => {
    const [kept, gone] = [await pushUser(acme), await pushUser(acme)];
    const answer = await bulk([
      post('ann'),
      { method: 'PUT', path: `/Users/${kept}`, version: 'W/"1"', data: newUser('kept') },
      { method: 'PATCH', path: `/Users/${kept}`, data: patch({ op: 'add', path: 'title', value: 'Boss' }) },
      { method: 'DELETE', path: `/Users/${gone}` },
    ]);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/scim+json');
    const base = answer.body.Operations[1].location.split('/Users/')[0];
    expect(answer.body).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkResponse'],
      Operations: [
        {
          location: expect.stringMatching(/\/scim\/v2\/Users\/[\w-]{36}$/),
          method: 'POST',
          bulkId: 'ann',
          version: 'W/"1"',
          status: '201',
        },
        { location: `${base}/Users/${kept}`, method: 'PUT', version: 'W/"2"', status: '200' },
        { location: `${base}/Users/${kept}`, method: 'PATCH', version: 'W/"3"', status: '200' },
        { location: `${base}/Users/${gone}`, method: 'DELETE', status: '204' },
      ],
    });
    expect((await acme.scim('GET', `/Users/${kept}`)).body).toMatchObject({ title: 'Boss' });
    expect((await acme.scim('GET', `/Users/${gone}`)).status).toBe(404);
    const ann = answer.body.Operations[0].location.split('/').at(-1);
    expect((await acme.scim('GET', `/Users/${ann}`)).body.userName).toBe('ann@people.example');
  });

  it('each operation is its own: one that fails has its error, the others their effect', async () => {
    await pushUser(acme, 'taken');
    const answer = await bulk([
      post('one'),
      post('two', 'taken'),
      { method: 'PATCH', path: '/Users/nobody', data: patch({ op: 'remove', path: 'title' }) },
      post('three'),
    ]);
    expect(statuses(answer)).toEqual(['201', '409', '404', '201']);
    const [, second, third] = answer.body.Operations;
    expect(second).toMatchObject({ bulkId: 'two', response: { status: '409', scimType: 'uniqueness' } });
    expect(second).not.toHaveProperty('location');
    expect(third).toMatchObject({
      location: expect.stringMatching(/\/Users\/nobody$/),
      response: { status: '404' },
    });
    expect((await acme.scim('GET', '/Users?count=0')).body.totalResults).toBe(3);
  });

  it('stops after failOnErrors errors; what was not tried is not answered', async () => {
    const bad: Operation = { method: 'DELETE', path: '/Users/nobody' };
    const stopped = await bulk([post('a'), bad, post('b'), bad, post('c')], { failOnErrors: 2 });
    expect(statuses(stopped)).toEqual(['201', '404', '201', '404']);
    expect(statuses(await bulk([bad, post('d')], { failOnErrors: 1 }))).toEqual(['404']);
    expect(statuses(await bulk([bad, bad, post('e')]))).toEqual(['404', '404', '201']);
    expect((await bulk([bad], { failOnErrors: 'two' })).body.scimType).toBe('invalidSyntax');
  });

  it('version is If-Match', async () => {
    const id = await pushUser(acme);
    const data = patch({ op: 'replace', path: 'title', value: 'x' });
    const operation = { method: 'PATCH', path: `/Users/${id}`, data };
    const answer = await bulk([
      { ...operation, version: 'W/"4"' },
      { ...operation, version: 'W/"1"' },
      { method: 'DELETE', path: `/Users/${id}`, version: 'W/"1"' },
    ]);
    expect(statuses(answer)).toEqual(['412', '200', '412']);
  });

  it('needs a credential, shows its limits, and refuses what is beyond them with 413', async () => {
    expect((await acme.scim('POST', '/Bulk', {}, { authorization: 'none' })).status).toBe(401);
    const config = (await acme.scim('GET', '/ServiceProviderConfig')).body.bulk;
    expect(config).toEqual({ supported: true, maxOperations: 1_000, maxPayloadSize: 1_048_576 });
    const many = Array.from({ length: 1_001 }, () => ({ method: 'DELETE', path: '/Users/x' }));
    const tooMany = await bulk(many);
    expect([tooMany.status, tooMany.body.detail]).toEqual([413, expect.stringContaining('maxOperations')]);
    const tooLarge = await bulk([{ ...post('big'), data: { x: 'x'.repeat(1_048_576) } }]);
    expect([tooLarge.status, tooLarge.body.status]).toEqual([413, '413']);
    expect(statuses(await bulk(many.slice(1)))).toHaveLength(1_000);
  });

  it.each([
    [{ method: 'GET', path: '/Users' }, '400', 'invalidSyntax'],
    [{ path: '/Users' }, '400', 'invalidSyntax'],
    [{ method: 'DELETE' }, '400', 'invalidSyntax'],
    [{ method: 'POST', path: '/Users', data: {} }, '400', 'invalidSyntax'],
    [{ method: 'POST', path: '/Users', bulkId: 'x' }, '400', 'invalidSyntax'],
    [{ method: 'POST', path: '/Users/1', bulkId: 'x', data: {} }, '405', undefined],
    [{ method: 'DELETE', path: '/Groups' }, '405', undefined],
    [{ method: 'POST', path: '/Bulk', bulkId: 'x', data: {} }, '404', undefined],
    [{ method: 'DELETE', path: '/Users/1/2' }, '404', undefined],
    [{ method: 'POST', path: '/Users', bulkId: 'x', data: [] }, '400', 'invalidSyntax'],
    ['nothing', '400', 'invalidSyntax'],
  ])('%j is %s', async (operation, status, scimType) => {
    const answer = await bulk([operation as Operation]);
    const [outcome] = answer.body.Operations;
    expect([answer.status, outcome.status, outcome.response.scimType]).toEqual([200, status, scimType]);
    expect(outcome.response).toMatchObject({ status, detail: expect.any(String) });
  });

  it.each([{}, [], { Operations: {} }, { Operations: [] }, { schemas: ['urn:x'], Operations: [{}] }])(
    '%j is no bulk request',
    async (body) => {
      const answer = await acme.scim('POST', '/Bulk', body);
      expect([answer.status, answer.body.scimType]).toEqual([400, 'invalidSyntax']);
    },
  );

  it('method and member names in any letter case, path with or without its slash', async () => {
    const operation = { METHOD: 'post', Path: 'Users', BulkID: 'q', Data: newUser('q') };
    const answer = await acme.scim('POST', '/Bulk', { schemas: [BULK], operations: [operation] });
    expect(answer.body.Operations).toMatchObject([{ method: 'POST', bulkId: 'q', status: '201' }]);
  });
});

describe('bulkId references (RFC 7644 section 3.7.2)', () => {
  const crew = (bulkId: string, ...members: string[]): Operation => ({
    method: 'POST',
    path: '/Groups',
    bulkId,
    data: { schemas: [GROUP], displayName: bulkId, members: members.map((value) => ({ value })) },
  });
  const idOf = (operation: { location: string }): string => operation.location.split('/').at(-1) ?? '';
  const membersOf = async (id: string): Promise<string[]> =>
    (await acme.scim('GET', `/Groups/${id}`)).body.members.map((one: { value: string }) => one.value);

  it('in data, whatever the order, and answered in the order of the request', async () => {
    const answer = await bulk([crew('crew', 'bulkId:ann', 'bulkId:bo'), post('ann'), post('bo')]);
    expect(answer.body.Operations.map((one: { bulkId: string }) => one.bulkId)).toEqual([
      'crew',
      'ann',
      'bo',
    ]);
    expect(statuses(answer)).toEqual(['201', '201', '201']);
    const [group, ann, bo] = answer.body.Operations.map(idOf);
    expect((await membersOf(group)).sort()).toEqual([ann, bo].sort());
  });

  it('in paths, in $ref and in value paths', async () => {
    const group = await pushGroup(acme, 'team');
    const answer = await bulk([
      { method: 'PATCH', path: '/Users/bulkId:cy', data: patch({ op: 'add', path: 'title', value: 'Cook' }) },
      post('cy'),
      post('dee'),
      {
        method: 'PATCH',
        path: `/Groups/${group}`,
        data: patch({
          op: 'add',
          path: 'members',
          value: [{ value: 'bulkId:cy', $ref: '../Users/bulkId:cy' }, { value: 'bulkId:dee' }],
        }),
      },
      {
        method: 'PATCH',
        path: `/Groups/${group}`,
        data: patch({ op: 'remove', path: 'members[value eq "bulkId:dee"]' }),
      },
      { method: 'DELETE', path: '/Users/bulkId:dee' },
    ]);
    expect(statuses(answer)).toEqual(['200', '201', '201', '204', '204', '204']);
    const cy = idOf(answer.body.Operations[1]);
    expect(answer.body.Operations[0].location).toMatch(new RegExp(`/Users/${cy}$`));
    expect((await acme.scim('GET', `/Users/${cy}`)).body.title).toBe('Cook');
    expect(await membersOf(group)).toEqual([cy]);
  });

  it('to nothing is 400, to what failed 412, to itself in a circle 409', async () => {
    const self: Operation = { ...post('me'), data: newUser('me', { title: 'bulkId:me' }) };
    const answer = await bulk([
      crew('lost', 'bulkId:nobody'),
      { ...post('bad'), data: { schemas: [] } },
      crew('orphans', 'bulkId:bad'),
      crew('x', 'bulkId:y'),
      crew('y', 'bulkId:x'),
      self,
      crew('z', 'bulkId:x'),
      post('fine'),
    ]);
    expect(statuses(answer)).toEqual(['400', '400', '412', '409', '409', '409', '412', '201']);
    expect(answer.body.Operations[0].response).toMatchObject({
      scimType: 'invalidValue',
      detail: expect.stringContaining("'nobody'"),
    });
    expect((await acme.scim('GET', '/Groups?count=0')).body.totalResults).toBe(0);
  });

  it('a bulkId given twice names the first; the second is refused', async () => {
    const answer = await bulk([post('twin', 'first'), post('twin', 'second')]);
    expect(statuses(answer)).toEqual(['201', '400']);
    expect(answer.body.Operations[1].response.scimType).toBe('invalidValue');
  });

  it('a chain of a thousand in reverse order is followed', async () => {
    const chain = Array.from({ length: 1_000 }, (_, at) => ({
      method: 'POST',
      path: '/Groups',
      bulkId: `g${at}`,
      data: { displayName: at === 999 ? 'bulkId:missing' : `bulkId:g${at + 1}` },
    }));
    const answer = await bulk(chain);
    expect(statuses(answer).slice(-2)).toEqual(['412', '400']);
  });
});
