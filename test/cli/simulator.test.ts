import { latin } from '../../src/cli/simulator/names.js';
import { Company } from '../../src/cli/simulator/people.js';
import { type SimulateOptions, simulate } from '../../src/cli/simulator/run.js';
import { type Recorded, ScimTarget } from './scim-target.js';

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

let target: ScimTarget | undefined;

afterEach(() => target?.stop());

async function push(options: Partial<SimulateOptions>) {
  target = await new ScimTarget().start();
  const { base, requests } = target;
  const report = await simulate({
    base,
    token: 'good',
    idp: 'entra',
    users: 40,
    groups: 12,
    seed: 'a seed',
    deadlineMs: 300,
    ...options,
  });
  return { report, requests };
}

/** The first request whose method and target match, or a failing test. */
function sent(requests: Recorded[], method: string, pattern: RegExp, body?: RegExp): Recorded {
  const found = requests.find(
    (each) =>
      each.method === method &&
      pattern.test(each.target) &&
      (body === undefined || body.test(JSON.stringify(each.body))),
  );
  if (found === undefined) throw new Error(`no ${method} ${pattern} ${body ?? ''} was sent`);
  return found;
}

const operations = (request: Recorded): unknown => request.body?.Operations;

describe('made-up people', () => {
  test('are the same for the same seed and share nothing unique with another', () => {
    const [one, same, other] = ['s', 's', 't'].map((seed) => new Company(seed)) as [
      Company,
      Company,
      Company,
    ];
    for (const index of [0, 7, 99_999]) {
      expect(same.person(index)).toEqual(one.person(index));
      expect(same.group(index)).toEqual(one.group(index));
      const [a, b] = [one.person(index), other.person(index)];
      for (const key of ['userName', 'email', 'employeeNumber'] as const) expect(a[key]).not.toBe(b[key]);
      expect(one.group(index).displayName).not.toBe(other.group(index).displayName);
    }
  });

  test('have unique ASCII logins and addresses below .example, and names from many scripts', () => {
    const company = new Company('many');
    const people = Array.from({ length: 3000 }, (_, index) => company.person(index));
    expect(new Set(people.map(({ userName }) => userName.toLowerCase())).size).toBe(3000);
    expect(new Set(people.map(({ email }) => email)).size).toBe(3000);
    for (const { userName, email } of people) {
      expect(userName).toMatch(/^[A-Za-z][A-Za-z'-]*\.[A-Za-z'-]+\.[0-9a-z]+@kestrel-[0-9a-f]{8}\.example$/);
      expect(email).toMatch(/^[a-z'.\-0-9]+(\+work)?@kestrel-[0-9a-f]{8}\.example$/);
    }
    const names = people.map(({ givenName, familyName }) => `${givenName} ${familyName}`).join(' ');
    for (const script of [/'/, /ü/, /\p{Script=Han}/u, /\p{Script=Hangul}/u, /\p{Script=Cyrillic}/u]) {
      expect(names).toMatch(script);
    }
    expect(latin('Ærøskøbing')).toBe('Aeroskobing');
    expect(latin('张|Zhang')).toBe('Zhang');
  });

  test('a group starts with the asked number of different people', () => {
    const company = new Company('groups');
    for (const [group, people, size] of [
      [0, 12, 12],
      [1, 100, 40],
      [2, 1, 5],
      [3, 0, 5],
    ] as const) {
      const members = [...company.startingMembers(group, people, size)];
      expect(new Set(members).size).toBe(Math.min(people, size));
      for (const member of members) expect(member).toBeLessThan(people);
    }
  });
});

describe('Entra', () => {
  test('probes, matches before it creates, and creates as on the tapes', async () => {
    const { report, requests } = await push({ entraShape: 'legacy' });
    expect(report).toMatchObject({ ok: true, mismatches: [], failures: [] });
    expect(requests[0]?.target).toMatch(/^\/Users\?filter=userName\+eq\+%22[0-9a-f-]{36}%22$/);
    expect(requests[0]?.headers).toMatchObject({
      accept: 'application/scim+json',
      adscimversion: '5.0',
      authorization: 'Bearer good',
    });
    expect(requests[1]?.target).toMatch(/^\/Groups\?excludedAttributes=members&filter=displayName\+eq\+%22/);
    const created = sent(requests, 'POST', /^\/Users$/);
    expect(created.headers['content-type']).toBe('application/scim+json; charset=utf-8');
    const { externalId } = created.body as { externalId: string };
    expect(created.body).toMatchObject({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE],
      emails: [{ primary: true, type: 'work' }],
      meta: { resourceType: 'User' },
      roles: [],
      [ENTERPRISE]: { employeeNumber: externalId },
    });
    const before = requests.slice(0, requests.indexOf(created)).map(({ target: path }) => path);
    expect(before).toContain(`/Users?filter=externalId+eq+%22${externalId}%22`);
    const group = sent(requests, 'POST', /^\/Groups$/);
    expect(group.body).toEqual({
      schemas: [
        'urn:ietf:params:scim:schemas:core:2.0:Group',
        'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group',
      ],
      externalId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      displayName: expect.any(String),
      meta: { resourceType: 'Group' },
    });
    sent(requests, 'GET', /^\/Groups\/[^?]+\?excludedAttributes=members$/);
    expect(new Set(requests.map(({ socket }) => socket)).size).toBeLessThanOrEqual(8);
  });

  test('legacy: capitalised operations, one an attribute, text booleans, $ref null', async () => {
    const { requests } = await push({ entraShape: 'legacy' });
    expect(operations(sent(requests, 'PATCH', /^\/Users/, /"False"/))).toEqual([
      { op: 'Replace', path: 'active', value: 'False' },
    ]);
    expect(operations(sent(requests, 'PATCH', /^\/Users/, /"True"/))).toEqual([
      { op: 'Add', path: 'active', value: 'True' },
    ]);
    const renamed = sent(requests, 'PATCH', /^\/Users/, /familyName/).body as { schemas: string[] };
    expect(renamed.schemas).toEqual([PATCH_OP]);
    expect(JSON.stringify(renamed)).toMatch(/"op":"Replace","path":"name\.familyName"/);
    const value = [{ $ref: null, value: expect.any(String) }];
    expect(operations(sent(requests, 'PATCH', /^\/Groups/, /Add/))).toEqual([
      { op: 'Add', path: 'members', value: expect.arrayContaining(value) },
    ]);
    expect(operations(sent(requests, 'PATCH', /^\/Groups/, /Remove/))).toEqual([
      { op: 'Remove', path: 'members', value: expect.arrayContaining(value) },
    ]);
    sent(requests, 'GET', /^\/Groups\?filter=id\+eq\+%22[^%]+%22\+and\+members\+eq\+%22[^%]+%22$/);
    for (const { body } of requests) expect(JSON.stringify(body ?? {})).not.toMatch(/"op":"[a-z]/);
  });

  test('aadOptscim062020 is read from the URL: lower case, pathless, filtered removal', async () => {
    target = await new ScimTarget().start();
    const base = `${target.base}?aadOptscim062020`;
    const report = await simulate({
      base,
      token: 'good',
      idp: 'entra',
      users: 40,
      groups: 4,
      seed: 'a seed',
    });
    const { requests } = target;
    expect(report.ok).toBe(true);
    expect(operations(sent(requests, 'PATCH', /^\/Users/, /false/))).toEqual([
      { op: 'replace', path: 'active', value: false },
    ]);
    sent(requests, 'PATCH', /^\/Users/, /\{"op":"replace","value":\{[^}]*"name\.familyName":/);
    sent(requests, 'PATCH', /^\/Groups/, /\{"op":"remove","path":"members\[value eq \\"[^"]+\\"\]"\}/);
    sent(requests, 'PATCH', /^\/Groups/, /\{"op":"replace","value":\{"displayName":/);
    for (const { body, target: path } of requests) {
      expect(JSON.stringify(body ?? {})).not.toMatch(/"op":"[A-Z]/);
      expect(path).not.toContain('aadOptscim');
    }
  });
});

describe('Okta', () => {
  test('sends its headers on a connection of its own each time, and the conversations of the tapes', async () => {
    const { report, requests } = await push({ idp: 'okta', basic: 'id:secret' });
    expect(report).toMatchObject({ ok: true, mismatches: [], failures: [] });
    for (const { headers } of requests) {
      expect(headers).toMatchObject({
        'user-agent': 'Okta SCIM Client 1.0.0',
        'accept-charset': 'utf-8',
        'accept-encoding': 'gzip,deflate',
        connection: 'close',
        authorization: `Basic ${Buffer.from('id:secret').toString('base64')}`,
      });
    }
    expect(new Set(requests.map(({ socket }) => socket)).size).toBe(requests.length);
    expect(requests[0]?.target).toBe('/Users?startIndex=1&count=2');
    expect(requests[1]?.target).toBe('/Groups?startIndex=1&count=100');
    sent(requests, 'GET', /^\/Users\?filter=userName%20eq%20%22[^&+]+%22&startIndex=1&count=100$/);
    expect(sent(requests, 'POST', /^\/Users$/).body).toMatchObject({
      groups: [],
      password: expect.any(String),
      locale: expect.any(String),
      externalId: expect.stringMatching(/^00u[0-9a-f]{17}$/),
      active: true,
    });
    expect(sent(requests, 'POST', /^\/Groups$/).body).toEqual({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
      displayName: expect.any(String),
      members: [],
    });
    const put = sent(requests, 'PUT', /^\/Users\//);
    expect(requests.some(({ method, target: path }) => method === 'GET' && path === put.target)).toBe(true);
    expect(put.body).toMatchObject({ id: put.target.slice('/Users/'.length), nickName: expect.any(String) });
    expect(operations(sent(requests, 'PATCH', /^\/Users/))).toEqual([
      { op: 'replace', value: { active: false } },
    ]);
    expect(operations(sent(requests, 'PATCH', /^\/Groups/))).toEqual([
      { op: 'replace', path: 'members', value: expect.any(Array) },
    ]);
    sent(requests, 'PATCH', /^\/Groups/, /\{"op":"replace","value":\{"id":"[^"]+","displayName":/);
    sent(requests, 'PATCH', /^\/Groups/, /"remove".*members\[value eq.*"add".*"display":/);
    sent(requests, 'GET', /^\/Users\?startIndex=1&count=100$/);
  });
});

describe('OneLogin', () => {
  test('ends queries in & or ?, sends old URNs and text booleans, and adds one member a request', async () => {
    const { report, requests } = await push({ idp: 'onelogin' });
    expect(report).toMatchObject({ ok: true, mismatches: [], failures: [] });
    expect(requests[0]?.target).toMatch(/^\/Users\?filter=userName\+eq\+%22nobody%40[^+&]+%22&$/);
    expect(requests[0]?.headers).toMatchObject({ accept: '*/*', 'user-agent': '' });
    expect(requests[1]?.target).toBe('/Groups?');
    expect(sent(requests, 'POST', /^\/Users$/).body).toMatchObject({ id: null, active: 'true' });
    expect(sent(requests, 'PUT', /^\/Users\/[^?]+\?$/, /"active":false/).body?.schemas).toEqual([
      'urn:scim:schemas:core:2.0',
      'urn:scim:schemas:extension:enterprise:2.0',
    ]);
    const add = sent(requests, 'PATCH', /^\/Groups\/[^?]+\?$/);
    expect(add.body).toEqual({
      schemas: [PATCH_OP],
      Operations: [{ op: 'add', path: 'members', value: [{ value: expect.any(String) }] }],
    });
    expect(add.headers['content-length']).toBe('165');
  });
});
