import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { digestOf } from '../isolation/digest.js';
import { scimRoutesOf } from '../isolation/route-table.js';
import { makeWorld, type World } from '../isolation/world.js';
import { newUser, patch } from '../support/people.js';
import { startProduct, type TestProduct } from '../support/product.js';
import { ODD_IDS, ODD_QUERIES } from './odd-requests.js';

let product: TestProduct;
let world: World;
let before: Record<string, string>;

beforeAll(async () => {
  product = await startProduct();
  world = await makeWorld(product);
  before = await digestOf(product);
});
afterEach(async () => {
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  expect(await digestOf(product)).toEqual(before);
});
afterAll(() => product.close());

/** What each method would do to a resource that exists. */
const BODIES: Record<string, (resource: string) => unknown> = {
  PUT: (resource) => (resource === 'Users' ? newUser() : { displayName: 'x' }),
  PATCH: () => patch({ op: 'replace', path: 'externalId', value: 'x' }),
};

const hasBody = (method: string): boolean => ['POST', 'PUT', 'PATCH', 'DELETE'].includes(method);

function expectScimError(answer: { status: number; headers: Record<string, unknown>; body: unknown }): void {
  expect(answer.headers['content-type']).toBe('application/scim+json');
  expect(answer.body).toMatchObject({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: String(answer.status),
    detail: expect.stringMatching(/^.{10,1500}$/s),
  });
}

describe('ids in paths', () => {
  it.each(ODD_IDS)('%s names nothing, whatever is to be done with it', async (_title, id, status) => {
    for (const route of scimRoutesOf(product.app)) {
      const [method = '', path = ''] = route.split(' ');
      const resource = path.split('/')[1] ?? '';
      if (!path.includes(':id')) continue;
      const answer = await world.organization.scim(
        method,
        path.replace(':id', id),
        BODIES[method]?.(resource),
      );
      expect({ route, status: answer.status }).toEqual({ route, status });
      if (method !== 'HEAD') expectScimError(answer);
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
  });

  it.each(ODD_IDS)('%s is no schema and no resource type either', async (_title, id, status) => {
    for (const path of ['Schemas', 'ResourceTypes']) {
      const answer = await world.organization.scim('GET', `/${path}/${id}`);
      expect(answer.status).toBe(status);
      expectScimError(answer);
    }
  });

  it('two dots are resolved by the client; those that arrive all the same are part of the name', async () => {
    await product.app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = product.app.server.address() as AddressInfo;
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
      for (const [path, isRead] of [
        ['/Users/..', false],
        ['/Groups/..', false],
        ['/Schemas/..', true],
        ['/ResourceTypes/..', true],
      ] as const) {
        const body = BODIES[method]?.(path.split('/')[1] ?? '');
        const sent = request({
          port,
          method,
          path: `/scim/v2${path}`,
          headers: {
            authorization: `Bearer ${world.organization.token}`,
            ...(body !== undefined && { 'content-type': 'application/scim+json' }),
          },
        });
        sent.end(body === undefined ? undefined : JSON.stringify(body));
        const [answer] = (await once(sent, 'response')) as [IncomingMessage];
        answer.resume();
        const status = isRead && method !== 'GET' ? 405 : 404;
        expect({ method, path, status: answer.statusCode }).toEqual({ method, path, status });
      }
    }
  });

  /** What each path answers besides 404 or 405, with `{}` for a body. */
  const ODD_PATHS: [path: string, answers: Record<string, number>, otherwise: 404 | 405][] = [
    ['/Nothing', {}, 404],
    ['/Users/x/y/z', {}, 404],
    ['/__proto__', {}, 404],
    ['/%2e%73earch', {}, 404],
    ['/Users', { GET: 200, POST: 400 }, 405],
    ['/Users/x', { GET: 404, PUT: 400, PATCH: 400, DELETE: 404 }, 405],
    ['/Bulk', { POST: 400 }, 405],
    ['/.search', { POST: 200 }, 405],
    ['/Me', { GET: 501, POST: 501, PUT: 501, PATCH: 501, DELETE: 501 }, 405],
  ];

  it.each(ODD_PATHS)('%s answers nothing but what it is for', async (path, answers, otherwise) => {
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY']) {
      const answer = await world.organization.scim(method, path, hasBody(method) ? {} : undefined);
      const status = answers[method] ?? otherwise;
      expect({ method, path, status: answer.status }).toEqual({ method, path, status });
      if (status !== 200) expectScimError(answer);
      if (status === 405) expect(answer.headers.allow).toBeTruthy();
    }
  });
});

describe('query strings', () => {
  it.each(ODD_QUERIES)('%s of a list is understood or refused', async (_title, query, status) => {
    for (const resource of ['Users', 'Groups']) {
      const started = performance.now();
      const answer = await world.organization.scim('GET', `/${resource}?${query}`);
      expect(performance.now() - started).toBeLessThan(5_000);
      expect({ resource, status: answer.status }).toEqual({ resource, status });
      if (status === 200)
        expect(answer.body.schemas).toEqual(['urn:ietf:params:scim:api:messages:2.0:ListResponse']);
      else expectScimError(answer);
    }
  });

  it('say nothing about what is not shown', async () => {
    const path = `/Users/${world.ids.user}?attributes=password,role,organization_id,secret_hash,userName`;
    const answer = await world.organization.scim('GET', path);
    expect(Object.keys(answer.body).sort()).toEqual(['id', 'schemas', 'userName']);
  });

  it('of a write change nothing of what is written', async () => {
    const { id } = world.organization;
    for (const query of ['count=abc', 'filter=%ff', 'attributes=%00', 'organization_id=x', `id=${id}`]) {
      const path = `/Users/${world.ids.user}?${query}`;
      const answer = await world.organization.scim(
        'PATCH',
        path,
        patch({ op: 'add', value: { unknown: 'x' } }),
      );
      expect(answer.status).toBe(200);
    }
  });
});

describe('odd headers', () => {
  it.each([
    ['if-match', '*, *'],
    ['if-none-match', ','.repeat(10_000)],
    ['x-request-id', 'a\tb'],
    ['x-request-id', 'x'.repeat(10_000)],
    ['accept-language', '\u00ff\u00fe'],
    ['user-agent', '\u00ff'.repeat(5_000)],
    ['x-forwarded-for', 'not an address, \u00ff'],
    ['x-forwarded-proto', 'javascript'],
    ['x-forwarded-host', 'a b c'],
    ['x-http-method-override', 'DELETE'],
    ['content-encoding', 'gzip'],
    ['transfer-encoding', 'gzip'],
    ['expect', '200-maybe'],
  ])('%s: %.30s does no harm', async (name, value) => {
    for (const path of ['/Users', `/Users/${world.ids.user}`, '/Groups', `/Groups/${world.ids.group}`]) {
      const answer = await world.organization.scim('GET', path, undefined, { [name]: value });
      expect([200, 304]).toContain(answer.status);
      expect(answer.headers['x-request-id']).toMatch(/^[\w.-]{8,64}$/);
    }
  });

  it.each(['"', 'W/"99999999999999999999"', 'x'.repeat(10_000)])(
    'if-match: %.30s is the version of no resource, and no condition on a list',
    async (value) => {
      for (const resource of ['Users', 'Groups']) {
        const id = resource === 'Users' ? world.ids.user : world.ids.group;
        const ask = (method: string, path: string) =>
          world.organization.scim(method, path, BODIES[method]?.(resource), { 'if-match': value });
        expect((await ask('GET', `/${resource}`)).status).toBe(200);
        for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
          const answer = await ask(method, `/${resource}/${id}`);
          expect({ method, status: answer.status }).toEqual({ method, status: 412 });
          expectScimError(answer);
        }
      }
    },
  );

  it.each(['text/html;q=x', 'nonsense', '\u00ff/\u00fe'])('accept: %s excludes JSON', async (accept) => {
    for (const path of ['/Users', `/Groups/${world.ids.group}`, '/Schemas']) {
      const answer = await world.organization.scim('GET', path, undefined, { accept });
      expect(answer.status).toBe(406);
      expectScimError(answer);
    }
  });
});
