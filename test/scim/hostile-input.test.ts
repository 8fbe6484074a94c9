import { digestOf } from '../isolation/digest.js';
import { isNeverServed, scimRoutesOf } from '../isolation/route-table.js';
import { makeWorld, type World } from '../isolation/world.js';
import { newUser, PATCH_OP, patch } from '../support/people.js';
import { startProduct, type TestProduct } from '../support/product.js';
import {
  FOREIGN_TYPES,
  NO_BOOLEAN,
  NO_JSON,
  NO_OBJECT,
  NO_TEXT,
  NOTHING_KNOWN,
  rawJson,
} from './hostile-bodies.js';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const TYPE = 'application/scim+json';

let product: TestProduct;
let world: World;
let before: Record<string, string>;
/** Method and path of every route that may read a body, with the ids of a person and a group who exist. */
let writing: [method: string, path: string][];

beforeAll(async () => {
  product = await startProduct();
  world = await makeWorld(product);
  before = await digestOf(product);
  writing = scimRoutesOf(product.app)
    .filter((route) => !isNeverServed(route))
    .map((route) => route.split(' ') as [string, string])
    .filter(([method]) => method !== 'GET' && method !== 'HEAD')
    .map(
      ([method, path]) => [method, path.replace('Users/:id', `Users/${world.ids.user}`)] as [string, string],
    )
    .map(([method, path]) => [method, path.replace(':id', world.ids.group)]);
});
afterEach(() => {
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});
afterAll(() => product.close());

async function send(method: string, path: string, payload?: string | Buffer, type = TYPE) {
  const answer = await product.app.inject({
    method: method as 'POST',
    url: `/scim/v2${path}`,
    headers: {
      authorization: `Bearer ${world.organization.token}`,
      ...(payload !== undefined && { 'content-type': type }),
    },
    ...(payload !== undefined && { payload }),
  });
  return { status: answer.statusCode, headers: answer.headers, text: answer.body };
}

/** A refusal an administrator can read: status, SCIM Error, a sentence of a sentence's length. */
async function expectRefused(status: number | number[], ...sent: Parameters<typeof send>): Promise<void> {
  const [method, path] = sent;
  const answer = await send(...sent);
  const place = `${method} ${path.slice(0, 80)}`;
  expect({ place, status: [status].flat() }).toEqual({
    place,
    status: expect.arrayContaining([answer.status]),
  });
  expect(answer.headers['content-type']).toBe(TYPE);
  const body = JSON.parse(answer.text);
  expect(body).toMatchObject({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: String(answer.status),
    detail: expect.any(String),
  });
  expect(body.detail.length).toBeGreaterThan(10);
  expect(body.detail.length).toBeLessThan(1_000);
}

const expectNothingStored = async () => expect(await digestOf(product)).toEqual(before);

describe('abuse 16: bodies', () => {
  it.each(NO_JSON)('$title is refused by every route that writes', async ({ payload, status = 400 }) => {
    for (const [method, path] of writing) {
      // Of a route for large bodies it is the syntax that is wrong; of the others the size may be.
      await expectRefused(payload.length > 1_000_000 ? [413, status] : status, method, path, payload);
    }
    await expectNothingStored();
  });

  it.each(NO_OBJECT)('$title is refused by every route that reads a body', async ({ payload }) => {
    for (const [method, path] of writing) {
      if (method !== 'DELETE') await expectRefused(400, method, path, payload);
    }
    await expectNothingStored();
  });

  it.each(NOTHING_KNOWN)(
    '$title is refused by every route that writes, and searches all',
    async ({ payload }) => {
      for (const [method, path] of writing) {
        if (path.endsWith('/.search')) expect((await send(method, path, payload)).status).toBe(200);
        else if (method !== 'DELETE') await expectRefused(400, method, path, payload);
      }
      await expectNothingStored();
    },
  );

  it('2 MB are too much for a person, and 9 MB for a group', async () => {
    const large = JSON.stringify(newUser(undefined, { title: 'x'.repeat(2_000_000) }));
    await expectRefused(413, 'POST', '/Users', large);
    await expectRefused(413, 'PUT', `/Users/${world.ids.user}`, large);
    await expectRefused(413, 'PATCH', `/Users/${world.ids.user}`, large);
    const members = Array.from({ length: 150_000 }, () => ({
      value: world.ids.user,
      display: 'x'.repeat(10),
    }));
    const huge = JSON.stringify({ displayName: 'x', members });
    expect(huge.length).toBeGreaterThan(9_000_000);
    for (const [method, path] of [
      ['POST', '/Groups'],
      ['PUT', `/Groups/${world.ids.group}`],
      ['PATCH', `/Groups/${world.ids.group}`],
    ]) {
      await expectRefused(413, method as string, path as string, huge);
    }
    await expectNothingStored();
  });

  it.each(FOREIGN_TYPES)('Content-Type %j is 415', async (type) => {
    const payload = JSON.stringify({
      ...newUser(),
      displayName: 'x',
      ...patch({ op: 'remove', path: 'members' }),
    });
    for (const [method, path] of writing) await expectRefused(415, method, path, payload, type);
    await expectNothingStored();
  });
});

type Spot = [spot: string, put: (value: unknown) => Record<string, unknown>];

const TEXT_OF_USER: Spot[] = [
  ['userName', (value) => ({ userName: value })],
  ['externalId', (value) => ({ externalId: value })],
  ['title', (value) => ({ title: value })],
  ['name.givenName', (value) => ({ name: { givenName: value } })],
  ['name.familyName', (value) => ({ name: { familyName: value } })],
  ['emails.value', (value) => ({ emails: [{ type: 'work', value }] })],
  ['employeeNumber', (value) => ({ [ENTERPRISE]: { employeeNumber: value } })],
];
const OBJECTS_OF_USER: Spot[] = [
  ['name', (value) => ({ name: value })],
  ['emails', (value) => ({ emails: value })],
  ['an element of emails', (value) => ({ emails: [value] })],
  ['the enterprise extension', (value) => ({ [ENTERPRISE]: value })],
];
const isAddress = (value: unknown) => typeof value === 'string' && !value.startsWith('@@');

describe('wrong types', () => {
  /** POST, PUT and both forms of PATCH say the same thing. */
  async function refuseOfUser(put: Spot[1], value: unknown): Promise<void> {
    const path = `/Users/${world.ids.user}`;
    await expectRefused(400, 'POST', '/Users', rawJson(newUser(undefined, put(value))));
    await expectRefused(400, 'PUT', path, rawJson(newUser(undefined, put(value))));
    await expectRefused(400, 'PATCH', path, rawJson(patch({ op: 'replace', value: put(value) })));
    const [[key, one] = ['', null]] = Object.entries(put(value));
    // An address that is added beside the work address is nobody's business here (B8); one that replaces it is.
    const op = key === 'emails' ? 'replace' : 'add';
    await expectRefused(400, 'PATCH', path, rawJson(patch({ op, path: key, value: one })));
  }

  it.each(TEXT_OF_USER)('%s of a person holds text only', async (_spot, put) => {
    for (const [, value] of NO_TEXT) await refuseOfUser(put, value);
    await expectNothingStored();
  });

  it.each(OBJECTS_OF_USER)('%s of a person holds objects only', async (spot, put) => {
    for (const value of [1, '@@1e400@@', true, [[1]], [true], 'a\u0000b', 'no address']) {
      await refuseOfUser(put, value);
    }
    if (spot !== 'name') await refuseOfUser(put, [[{ value: 'x@y.example' }, { value: 'z@y.example' }]]);
    await expectNothingStored();
  });

  it('active is true or false, in any letter case', async () => {
    for (const [, value] of NO_BOOLEAN) await refuseOfUser((active) => ({ active }), value);
    await expectNothingStored();
  });

  it('displayName, externalId and members of a group', async () => {
    const path = `/Groups/${world.ids.group}`;
    const bodies = [
      ...NO_TEXT.map(([, value]) => ({ displayName: value })),
      ...NO_TEXT.map(([, value]) => ({ externalId: value })),
      ...NO_TEXT.filter(([, value]) => !isAddress(value)).map(([, value]) => ({ members: [{ value }] })),
      ...[1, true, '@@1e400@@', [1], [true], [[]], [[{ value: 'x' }]], [{}], {}].map((members) => ({
        members,
      })),
    ];
    for (const body of bodies) {
      await expectRefused(400, 'POST', '/Groups', rawJson({ displayName: 'x', ...body }));
      await expectRefused(400, 'PUT', path, rawJson({ displayName: 'x', ...body }));
      const [[key, value] = ['', null]] = Object.entries(body);
      await expectRefused(400, 'PATCH', path, rawJson(patch({ op: 'replace', path: key, value })));
      if (key === 'members')
        await expectRefused(400, 'PATCH', path, rawJson(patch({ op: 'add', value: body })));
    }
    // Text that is no id of anybody is a member who does not exist.
    for (const [, value] of NO_TEXT.filter(([, one]) => isAddress(one))) {
      await expectRefused([400, 404], 'PUT', path, rawJson({ displayName: 'x', members: [{ value }] }));
    }
    await expectNothingStored();
  });
});

describe('PATCH bodies (B22)', () => {
  const OPERATIONS: [title: string, operations: unknown][] = [
    ['no operation', []],
    ['no list', { op: 'replace', path: 'title', value: 'x' }],
    ['null', [null]],
    ['a string', ['replace']],
    ['a list', [[]]],
    ['an empty object', [{}]],
    ['an unknown op', [{ op: 'move', path: 'title', value: 'x' }]],
    ['an op that is a number', [{ op: 1, path: 'title', value: 'x' }]],
    ['an op with NUL', [{ op: 'add\u0000', path: 'title', value: 'x' }]],
    ['an op of a prototype', [{ op: 'constructor', path: 'title', value: 'x' }]],
    ['a path that is a list', [{ op: 'remove', path: ['title'] }]],
    ['a path that is an object', [{ op: 'remove', path: {} }]],
    ['a path with NUL', [{ op: 'remove', path: 'title\u0000' }]],
    ['half a surrogate pair as path', [{ op: 'remove', path: '\ud800' }]],
    ['a path of SQL', [{ op: 'replace', path: "title'; drop table users; --", value: 'x' }]],
    ['a path of 100,000 characters', [{ op: 'remove', path: 'x'.repeat(100_000) }]],
    ['a path of 5,000 brackets', [{ op: 'remove', path: '['.repeat(5_000) }]],
    ['a value path that never ends', [{ op: 'remove', path: 'emails[type eq "work' }]],
    ['a value path of 1,000 brackets', [{ op: 'remove', path: `emails[${'('.repeat(1_000)}` }]],
    ['a value path with NUL', [{ op: 'remove', path: 'emails[type eq "a\\u0000"]' }]],
    ['a remove without a path', [{ op: 'remove' }]],
    ['an add without value', [{ op: 'add' }]],
    [
      '1,001 operations',
      Array.from({ length: 1_001 }, () => ({ op: 'replace', path: 'externalId', value: 'x' })),
    ],
    [
      'a good one and a bad one',
      [
        { op: 'replace', path: 'externalId', value: 'x' },
        { op: 'replace', path: '[' },
      ],
    ],
  ];

  it.each(OPERATIONS)('with %s are refused whole', async (_title, Operations) => {
    for (const path of [`/Users/${world.ids.user}`, `/Groups/${world.ids.group}`]) {
      await expectRefused(400, 'PATCH', path, JSON.stringify({ schemas: [PATCH_OP], Operations }));
    }
    await expectNothingStored();
  });

  it.each([undefined, null, 1, 'x', {}, [], [1], [null], [PATCH_OP.slice(1)]])(
    'with schemas %j are refused',
    async (schemas) => {
      const Operations = [{ op: 'replace', path: 'externalId', value: 'x' }];
      for (const path of [`/Users/${world.ids.user}`, `/Groups/${world.ids.group}`]) {
        await expectRefused(400, 'PATCH', path, JSON.stringify({ schemas, Operations }));
      }
      await expectNothingStored();
    },
  );

  it('with 10,001 members, or 100,001 in a whole list, are refused', async () => {
    const members = Array.from({ length: 10_001 }, (_, index) => ({ value: `nobody-${index}` }));
    const path = `/Groups/${world.ids.group}`;
    const operation = (op: string) => JSON.stringify(patch({ op, path: 'members', value: members }));
    for (const op of ['add', 'replace', 'remove']) await expectRefused(400, 'PATCH', path, operation(op));
    const whole = Array.from({ length: 100_001 }, (_, index) => ({ value: `nobody-${index}` }));
    await expectRefused(400, 'PUT', path, JSON.stringify({ displayName: 'x', members: whole }));
    await expectRefused(400, 'POST', '/Groups', JSON.stringify({ displayName: 'x', members: whole }));
    await expectNothingStored();
  });
});
