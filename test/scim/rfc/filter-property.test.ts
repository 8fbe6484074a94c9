import fc from 'fast-check';
import { sql } from 'kysely';
import { compileFilter } from '../../../src/directory/filter/compile.js';
import { RFC } from '../../../src/directory/rfc-profile.js';
import { runInOrganization } from '../../../src/kernel/tenancy.js';
import { startProduct, type TestOrganization, type TestProduct } from '../../support/product.js';
import { filters, person, TYPES } from './filter-cases.js';
import { type Json, meets, type Node, written } from './filter-oracle.js';
import { CORE } from './full-user.js';

const RUNS = Number(process.env.ROLLCALL_PROPERTY_RUNS ?? 4_000);
const SEED = Number(process.env.ROLLCALL_PROPERTY_SEED ?? 7_644);
/** Filters evaluated by one statement; each is planned as a column of its own. */
const TOGETHER = 40;
/** Of all of them, those that go the whole way over HTTP. */
const OVER_HTTP = 150;
const PEOPLE = 60;

let product: TestProduct;
let acme: TestOrganization;
let people: Json[];

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization({ profile: 'rfc' });
  for (let n = 0; n < PEOPLE; n += 1) {
    const answer = await acme.scim('POST', '/Users', person(n));
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  }
  people = (await acme.scim('GET', '/Users?count=1000')).body.Resources;
  expect(people).toHaveLength(PEOPLE);
});
afterAll(() => product.close());

/** Letter case of names and operators, and the URN of the core schema, mean nothing (RFC 7644 sections 3.4.2.2, 3.10). */
function textOf(node: Node, style: number): string {
  let turn = style;
  const next = () => {
    turn = (turn * 48_271 + 11) % 2_147_483_647;
    return turn;
  };
  const cased = (word: string) => (next() % 4 === 0 ? word.toUpperCase() : word);
  const spell = (path: string) => {
    const isOfCore =
      !path.startsWith('urn:') &&
      !/^(id|externalId|meta)\b/.test(path) &&
      !['value', 'type', 'display', 'locality', 'country'].includes(path);
    return cased(isOfCore && next() % 5 === 0 ? `${CORE}:${path}` : path);
  };
  return written(node, spell, cased);
}

test(`${RUNS} generated filters find what RFC 7644 says, on PostgreSQL (seed ${SEED}; ROLLCALL_PROPERTY_RUNS, ROLLCALL_PROPERTY_SEED)`, async () => {
  const nodes = fc.sample(filters(people), { numRuns: RUNS, seed: SEED });
  const cases = nodes
    .map((node, at) => ({ node, text: textOf(node, SEED + at) }))
    .filter(({ text }) => Buffer.byteLength(text) <= 2_048);
  expect(cases.length).toBeGreaterThan(RUNS * 0.95);
  const wrong: { text: string; expected: string[]; found: string[] }[] = [];
  let hits = 0;
  for (let from = 0; from < cases.length; from += TOGETHER) {
    const some = cases.slice(from, from + TOGETHER);
    const columns = some.map(({ text }) => sql`(${compileFilter(text, 'User', RFC)})`);
    const rows = await runInOrganization(acme.context, (tx) =>
      tx.rows(sql<{ id: string; met: boolean[] }>`
        select u.id, array[${sql.join(columns)}]::boolean[] as met from users u
        where u.organization_id = ${acme.id} and u.connection_id = ${acme.connectionId}`),
    );
    some.forEach(({ node, text }, at) => {
      const found = rows
        .filter(({ met }) => asBooleans(met)[at] === true)
        .map(({ id }) => id)
        .sort();
      const expected = people
        .filter((one) => meets(one, node, TYPES))
        .map(({ id }) => String(id))
        .sort();
      if (expected.length > 0 && expected.length < PEOPLE) hits += 1;
      if (found.join() !== expected.join()) wrong.push({ text, expected, found });
    });
  }
  wrong.sort((a, b) => a.text.length - b.text.length);
  expect(wrong.slice(0, 3).map(describeWrong)).toEqual([]);
  // Filters that find everybody or nobody would prove little.
  expect(hits).toBeGreaterThan(cases.length * 0.4);
}, 600_000);

/** The driver reads `{t,f}` where the ORM has not. */
const asBooleans = (met: boolean[] | string): boolean[] =>
  typeof met === 'string'
    ? met
        .slice(1, -1)
        .split(',')
        .map((one) => one === 't')
    : met;

const nameOf = (id: string): unknown => people.find((one) => one.id === id);

const describeWrong = ({ text, expected, found }: { text: string; expected: string[]; found: string[] }) => ({
  text,
  missing: expected
    .filter((id) => !found.includes(id))
    .slice(0, 1)
    .map(nameOf),
  surplus: found
    .filter((id) => !expected.includes(id))
    .slice(0, 1)
    .map(nameOf),
});

test(`${OVER_HTTP} of them over HTTP answer the same`, async () => {
  const nodes = fc.sample(filters(people), { numRuns: OVER_HTTP, seed: SEED + 1 });
  for (const [at, node] of nodes.entries()) {
    const filter = textOf(node, SEED + at);
    const answer = await acme.scim('GET', `/Users?count=1000&filter=${encodeURIComponent(filter)}`);
    expect({ filter, status: answer.status }).toEqual({ filter, status: 200 });
    const expected = people.filter((one) => meets(one, node, TYPES)).map(({ id }) => id);
    expect(answer.body.Resources.map(({ id }: Json) => id)).toEqual(expected);
  }
}, 60_000);
