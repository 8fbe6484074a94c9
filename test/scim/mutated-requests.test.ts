import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { digestOf } from '../isolation/digest.js';
import { newUser, pushGroup, pushUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { filled, type TapeRequest, tapeRequests } from './tape-requests.js';

/** The figure is 5,000 (`ROLLCALL_PROPERTY_RUNS`); the suite runs a part of it. */
const RUNS = Math.min(5_000, Number(process.env.ROLLCALL_PROPERTY_RUNS ?? 1_000));
const SEED = Number(process.env.ROLLCALL_PROPERTY_SEED ?? 7_645);
const AT_ONCE = 8;

let product: TestProduct;
/** The one that is attacked with, and the one whose rows nobody else may touch. */
let acme: Record<'standard' | 'rfc', TestOrganization>;
let other: TestOrganization;
let foreign: string[];
/** Texts that only the other organization has. */
const MARK = `only-of-the-other-${randomUUID()}`;

beforeAll(async () => {
  // Faster than a provider may send, so that nothing is refused for its pace.
  product = await startProduct({ pace: { perSecond: 100_000, burst: 100_000, heldBack: 0 } });
  acme = {
    standard: await product.organization(),
    rfc: await product.organization({ profile: 'rfc' }),
  };
  other = await product.organization();
  const person = await other.scim(
    'POST',
    '/Users',
    newUser('theirs', { title: MARK, externalId: `x-${MARK}` }),
  );
  foreign = [
    person.body.id,
    await pushUser(other, 'second'),
    await pushGroup(other, `g-${MARK}`, [person.body.id]),
  ];
});
afterAll(() => product.close());

const NASTY: unknown[] = [
  null,
  '',
  ' ',
  'True',
  'FALSE',
  0,
  -1,
  1e21,
  true,
  false,
  [],
  {},
  [[]],
  [null],
  { value: null },
  'a'.repeat(3_000),
  '\u0000',
  '\ud800',
  'e\u0301',
  '＠',
  '%',
  "' or 1=1 --",
  '"',
  '\\',
  '{"value":"x"}',
  '../../Users',
  'urn:ietf:params:scim:schemas:core:2.0:User',
  { $ref: null, value: '' },
  Array(200).fill({ value: 'x' }),
];

/** What a generated number makes of one value somewhere in a body. */
type Mutation = 'drop' | 'nasty' | 'twice' | 'wrap' | 'unwrap' | 'rename' | 'case' | 'foreign' | 'swap';
const MUTATIONS: Mutation[] = [
  'drop',
  'nasty',
  'twice',
  'wrap',
  'unwrap',
  'rename',
  'case',
  'foreign',
  'swap',
];

interface Change {
  mutation: Mutation;
  place: number;
  detail: number;
}

type Container = Record<string, unknown> | unknown[];

function placesIn(value: unknown, found: [Container, string][] = []): [Container, string][] {
  if (typeof value !== 'object' || value === null) return found;
  for (const key of Object.keys(value)) {
    found.push([value as Container, key]);
    placesIn((value as Record<string, unknown>)[key], found);
  }
  return found;
}

function mutate(body: unknown, { mutation, place, detail }: Change): void {
  const places = placesIn(body);
  const chosen = places[place % Math.max(places.length, 1)];
  if (!chosen) return;
  const [holder, key] = chosen as [Record<string, unknown>, string];
  const value = holder[key];
  const rename = (name: string) => {
    if (Array.isArray(holder)) return;
    delete holder[key];
    holder[name] = value;
  };
  const does: Record<Mutation, () => void> = {
    drop: () => (Array.isArray(holder) ? holder.splice(Number(key), 1) : delete holder[key]),
    nasty: () => (holder[key] = structuredClone(NASTY[detail % NASTY.length])),
    twice: () => (holder[key] = Array.isArray(value) ? [...value, ...value] : [value, value]),
    wrap: () => (holder[key] = { value }),
    unwrap: () => (holder[key] = Array.isArray(value) ? value[0] : JSON.stringify(value ?? null)),
    rename: () =>
      rename(
        ['id', 'organizationId', 'connection_id', `${key}.value`, `${key}[type eq "x"]`, '$ref'][
          detail % 6
        ] ?? key,
      ),
    case: () => rename(detail % 2 === 0 ? key.toUpperCase() : `${key[0]?.toUpperCase()}${key.slice(1)}`),
    foreign: () => (holder[key] = foreign[detail % foreign.length]),
    swap: () => {
      const [elsewhere, name] = (places[detail % places.length] ?? chosen) as [
        Record<string, unknown>,
        string,
      ];
      // A value that holds the place it is put into would be a circle.
      if (typeof elsewhere[name] === 'object') return;
      [holder[key], elsewhere[name]] = [elsewhere[name], holder[key]];
    },
  };
  // A swap with a value inside itself would be a circle.
  if (mutation === 'swap' && typeof value === 'object') return;
  does[mutation]();
}

const REQUESTS = tapeRequests();

const generated = fc.record({
  request: fc.constantFrom(...REQUESTS),
  changes: fc.array(
    fc.record({ mutation: fc.constantFrom(...MUTATIONS), place: fc.nat(500), detail: fc.nat(500) }),
    { minLength: 1, maxLength: 3 },
  ),
  ids: fc.array(fc.nat(100), { minLength: 4, maxLength: 4 }),
  isRfc: fc.boolean(),
});

interface Target {
  known: string[];
}

function pathOf({ path, query, rawQuery }: TapeRequest, value: (name: string) => string): string {
  const parameters = Object.entries(query ?? {}).map(
    ([name, one]) => `${name}=${encodeURIComponent(filled(one, value))}`,
  );
  const text = rawQuery === undefined ? parameters.join('&') : filled(rawQuery, value);
  const target = filled(path, value);
  return text === '' ? target : `${target}${target.includes('?') ? '&' : '?'}${text}`;
}

test(`${RUNS} mutated requests of the tapes: never a 5xx, never a row of another organization (seed ${SEED})`, async () => {
  const targets: Record<'standard' | 'rfc', Target> = { standard: { known: [] }, rfc: { known: [] } };
  for (const profile of ['standard', 'rfc'] as const) {
    for (let i = 0; i < 6; i += 1) targets[profile].known.push(await pushUser(acme[profile]));
    for (let i = 0; i < 3; i += 1) targets[profile].known.push(await pushGroup(acme[profile]));
  }
  const before = await digestOf(product, other.id);
  const statuses = new Map<number, number>();
  const cases = fc.sample(generated, { numRuns: RUNS, seed: SEED });
  const wrong: unknown[] = [];
  const run = async ({ request, changes, ids, isRfc }: (typeof cases)[number], nth: number) => {
    const profile = isRfc ? 'rfc' : 'standard';
    const { known } = targets[profile];
    // One identifier in ten is the other organization's.
    const value = (name: string): string => {
      if (name === 'run') return String(nth % 40);
      const place = ids[name.length % ids.length] ?? 0;
      const pool = place % 10 === 0 ? foreign : known;
      return pool[place % pool.length] ?? '';
    };
    const body =
      request.body === undefined ? undefined : JSON.parse(filled(JSON.stringify(request.body), value));
    if (body !== undefined) for (const change of changes) mutate(body, change);
    const url = pathOf(request, value);
    const answer = await acme[profile].scim(request.method, url, body);
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    if (answer.status === 201) known.push(answer.body.id);
    const leaks = JSON.stringify(answer.body).includes(MARK);
    const fails = answer.status >= 500 && answer.status !== 501;
    if (leaks || fails)
      wrong.push({ method: request.method, url, body, status: answer.status, answer: answer.body });
  };
  for (let from = 0; from < cases.length; from += AT_ONCE) {
    await Promise.all(cases.slice(from, from + AT_ONCE).map((one, i) => run(one, from + i)));
  }
  expect(wrong.slice(0, 2)).toEqual([]);
  expect(await digestOf(product, other.id)).toEqual(before);
  expect(
    await product.sql(
      'select from memberships m join users u on u.id = m.user_id where u.organization_id <> m.organization_id',
    ),
  ).toEqual([]);
  // Requests that are all refused would prove little.
  const taken = [200, 201, 204].reduce((sum, status) => sum + (statuses.get(status) ?? 0), 0);
  expect(taken).toBeGreaterThan(RUNS / 4);
}, 600_000);
