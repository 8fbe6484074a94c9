import type { FastifyInstance } from 'fastify';
import { startProduct, type TestProduct } from '../support/product.js';
import { digestOf } from './digest.js';
import { dropRowLevelSecurity, NETS, type Nets, openConditions } from './nets.js';
import { attemptsAt, SCIM_ATTEMPTS } from './protocol-attempts.js';
import { isNeverServed, scimRoutesOf } from './route-table.js';
import type { Attempt } from './scim-attempts.js';
import { makeWorld, strangers, type World } from './world.js';

let product: TestProduct;
let mine: World;
let theirs: World;

async function send(app: FastifyInstance, method: string, { path, body }: Attempt, as: World) {
  const answer = await app.inject({
    method: method as 'GET',
    url: `/scim/v2${path}`,
    headers: {
      authorization: `Bearer ${as.organization.token}`,
      ...(body !== undefined && { 'content-type': 'application/scim+json' }),
    },
    ...(body !== undefined && { payload: JSON.stringify(body) }),
  });
  return { status: answer.statusCode, text: answer.body };
}

/** What became of each operation of a bulk request. */
const statusesIn = (text: string): number[] =>
  JSON.parse(text).Operations.map(({ status }: { status: string }) => Number(status));

/** What is asked of a route: itself, or the operations in it. */
const expectedOf = ({ status, operations }: Attempt): number[] => operations ?? [status];

async function start(nets: Nets): Promise<void> {
  product = await startProduct();
  [mine, theirs] = [await makeWorld(product), await makeWorld(product)];
  if (nets === 'the conditions of the application alone') await dropRowLevelSecurity(product);
}

/**
 * The routes are known once the app is built, so one test walks them; a failure names the route and the attempt. Searches
 * come first, before the other attempts have made rows of their own to find.
 */
async function forEachAttempt(
  as: () => [mine: World, theirs: World],
  attack: (route: string, method: string, attempt: Attempt) => Promise<void>,
): Promise<void> {
  const attempts = scimRoutesOf(product.app).flatMap((route) =>
    (attemptsAt(route, ...as()) ?? []).map((attempt) => ({ route, attempt })),
  );
  const isSearch = ({ attempt }: { attempt: Attempt }) => attempt.found !== undefined;
  for (const { route, attempt } of [
    ...attempts.filter(isSearch),
    ...attempts.filter((one) => !isSearch(one)),
  ]) {
    const [method = ''] = route.split(' ');
    try {
      await attack(route, method, attempt);
    } catch (error) {
      throw new Error(`${route}, ${attempt.title}: ${(error as Error).message}`, { cause: error });
    }
  }
}

describe.each([NETS[0], NETS[1]])("abuse 2: another organization's ids over SCIM, with %s", (nets) => {
  beforeAll(() => start(nets));
  afterAll(() => product.close());

  it('has an attempt for every route of the router, and none for a route that is gone', () => {
    const routes = scimRoutesOf(product.app).map((route) => route.replace(/^HEAD /, 'GET '));
    expect([...new Set(routes)].sort()).toEqual(Object.keys(SCIM_ATTEMPTS).sort());
    const refused = routes.filter((route) =>
      attemptsAt(route, mine, theirs)?.every(({ status }) => status === 501),
    );
    expect(refused).toEqual(routes.filter(isNeverServed));
  });

  it('is NOT_FOUND or served from own rows, and changes none of theirs', async () => {
    const untouched = await digestOf(product, theirs.organization.id);
    let everything = await digestOf(product);
    await forEachAttempt(
      () => [mine, theirs],
      async (_route, method, attempt) => {
        const { status, text } = await send(product.app, method, attempt, mine);
        expect({ status }).toEqual({ status: attempt.status });
        if (attempt.operations) expect(statusesIn(text)).toEqual(attempt.operations);
        if (method !== 'HEAD' && attempt.found !== undefined) {
          expect(JSON.parse(text)).toMatchObject({ totalResults: attempt.found, Resources: [] });
        }
        const after = await digestOf(product);
        if (expectedOf(attempt).every((one) => one >= 400)) expect(after).toEqual(everything);
        else expect(await digestOf(product, theirs.organization.id)).toEqual(untouched);
        everything = after;
      },
    );
  });

  it('answers what is theirs exactly as what does not exist', async () => {
    const REQUEST_ID = / \(request [\w.-]+\)/g;
    const nobody = strangers(theirs.organization);
    const idsOf = (world: World) => new RegExp(Object.values(world.ids).join('|'), 'g');
    for (const route of scimRoutesOf(product.app)) {
      const [method = ''] = route.split(' ');
      const [known, unknown] = [attemptsAt(route, mine, theirs) ?? [], attemptsAt(route, mine, nobody) ?? []];
      for (const [index, attempt] of known.entries()) {
        if (!expectedOf(attempt).every((one) => one === 404)) continue;
        const existing = await send(product.app, method, attempt, mine);
        const missing = await send(product.app, method, unknown[index] ?? attempt, mine);
        const [theirAnswer, noAnswer] = [existing, missing].map(({ text }) => text.replace(REQUEST_ID, ''));
        expect(theirAnswer?.replace(idsOf(theirs), 'ID')).toBe(noAnswer?.replace(idsOf(nobody), 'ID'));
      }
    }
  });
});

describe("abuse 2: another organization's ids over SCIM, with row-level security alone", () => {
  let opened: FastifyInstance;

  beforeAll(async () => {
    await start('row-level security alone');
    opened = await openConditions(product, mine.organization.id);
  });
  afterAll(async () => {
    await opened.close();
    await product.close();
  });

  it('PostgreSQL gives nothing and takes nothing, although every condition lets it', async () => {
    const before = await digestOf(product);
    await forEachAttempt(
      () => [theirs, theirs],
      async (_route, method, attempt) => {
        const { status, text } = await send(opened, method, attempt, theirs);
        if (attempt.found === undefined) {
          for (const one of attempt.operations ? statusesIn(text) : [status]) {
            expect(one).toBeGreaterThanOrEqual(400);
          }
        } else if (method !== 'HEAD') {
          expect(JSON.parse(text)).toMatchObject({ totalResults: 0, Resources: [] });
        }
        expect(await digestOf(product)).toEqual(before);
      },
    );
  });

  it('and it is row-level security that holds: without it the same requests reach everything', async () => {
    await dropRowLevelSecurity(product);
    const path = `/Users/${theirs.ids.user}`;
    expect(await send(opened, 'GET', { title: '', path, status: 200 }, theirs)).toMatchObject({
      status: 200,
    });
    expect(await send(opened, 'DELETE', { title: '', path, status: 204 }, theirs)).toMatchObject({
      status: 204,
    });
  });
});
