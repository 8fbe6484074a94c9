import { patch } from '../../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../../support/product.js';
import { CORE } from './full-user.js';
import { afterSteps, canonical, EXTENSION, type Json, type Step } from './patch-oracle.js';

const PEOPLE = 20;
/** `ROLLCALL_PROPERTY_RUNS=20000` is the campaign; the suite runs a twentieth. */
const PATCHES_EACH = Math.ceil(Number(process.env.ROLLCALL_PROPERTY_RUNS ?? 1_000) / PEOPLE);
const SEED = Number(process.env.ROLLCALL_PROPERTY_SEED ?? 7_643);

/** Park-Miller: the same operations in every run, so that a failure can be repeated. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

type Random = (below: number) => number;

const one = <T>(random: Random, choices: readonly T[]): T => choices[random(choices.length)] as T;

const VERBS = ['add', 'replace', 'remove'] as const;
const SETTERS = ['add', 'replace'] as const;
const SINGLES = [
  ['nickName'],
  ['displayName'],
  ['title'],
  ['locale'],
  ['externalId'],
  ['name', 'givenName'],
  ['name', 'middleName'],
  ['name', 'formatted'],
  [EXTENSION, 'department'],
  [EXTENSION, 'employeeNumber'],
  [EXTENSION, 'manager', 'value'],
];
const COMPLEX: readonly (readonly [readonly string[], readonly string[]])[] = [
  [['name'], ['givenName', 'familyName', 'middleName', 'honorificPrefix']],
  [[EXTENSION], ['department', 'division', 'employeeNumber']],
  [
    [EXTENSION, 'manager'],
    ['value', '$ref'],
  ],
];
const LISTS: Readonly<Record<string, readonly string[]>> = {
  phoneNumbers: ['value', 'display'],
  roles: ['value', 'display'],
  addresses: ['country', 'locality', 'streetAddress'],
  emails: ['value', 'display'],
};
const TYPES = ['work', 'home', 'other'];
const WORDS = ['a', 'B', 'été', '東京', 'x y', '"q"', "o'neil", '50%', '\\', 'True', 'a@x.example'];

const text = (random: Random): string => `${one(random, WORDS)}${random(4)}`;

function element(random: Random, name: string): Json {
  const parts = LISTS[name] ?? [];
  const made: Json = { [parts[0] ?? '']: text(random) };
  if (random(3) > 0) made.type = one(random, TYPES);
  if (random(3) === 0) made[one(random, parts)] = text(random);
  if (random(4) === 0) made.primary = random(3) > 0;
  return made;
}

const elements = (random: Random, name: string): Json[] =>
  Array.from({ length: random(3) + 1 }, () => element(random, name));

function step(random: Random): Step {
  const name = one(random, Object.keys(LISTS));
  const part = one(random, LISTS[name] ?? []);
  switch (random(9)) {
    case 0:
    case 1: {
      const value = random(8) === 0 ? '' : text(random);
      return { kind: 'single', verb: one(random, VERBS), at: one(random, SINGLES), value };
    }
    case 2: {
      const [at, parts] = one(random, COMPLEX);
      const value = Object.fromEntries(
        [one(random, parts), one(random, parts)].map((key) => [key, text(random)]),
      );
      return { kind: 'complex', verb: one(random, VERBS), at, value };
    }
    case 3:
      return { kind: 'active', verb: one(random, SETTERS), value: random(2) === 0 };
    case 4:
    case 5:
      return { kind: 'list', verb: one(random, VERBS), name, value: elements(random, name) };
    case 6:
      return {
        kind: 'listed',
        name,
        value: random(2) === 0 ? { [part]: text(random) } : { type: one(random, TYPES) },
      };
    case 7: {
      const whole = random(3) === 0;
      const value = whole ? { [part]: text(random) } : text(random);
      const verb = one(random, VERBS);
      return { kind: 'selected', verb, name, type: one(random, TYPES), ...(!whole && { part }), value };
    }
    default:
      return random(12) === 0
        ? { kind: 'unknown', verb: one(random, VERBS) }
        : { kind: 'single', verb: one(random, SETTERS), at: one(random, SINGLES), value: text(random) };
  }
}

const pathOf = (at: readonly string[]): string =>
  at[0] === EXTENSION && at.length > 1 ? `${EXTENSION}:${at.slice(1).join('.')}` : at.join('.');

/** One of the spellings of a step, of those that mean the same. */
function operationOf(made: Step, random: Random): Json {
  if (made.kind === 'unknown') return { op: made.verb, path: 'shoeSize', value: 'x' };
  if (made.kind === 'listed') return { op: 'remove', path: made.name, value: [made.value] };
  const op = random(3) === 0 ? made.verb.toUpperCase() : made.verb;
  if (made.kind === 'selected') {
    // What an add or replace makes takes its type from the filter as it is spelled there.
    const type = made.verb === 'remove' && random(2) === 0 ? made.type.toUpperCase() : made.type;
    const path = `${made.name}[type eq "${type}"]`;
    const whole = made.part ? `${path}.${made.part}` : path;
    return { op, path: whole, ...(made.verb !== 'remove' && { value: made.value }) };
  }
  const path = made.kind === 'active' ? 'active' : made.kind === 'list' ? made.name : pathOf(made.at);
  if (made.verb === 'remove') return { op, path };
  const spelled = made.kind === 'active' && random(2) === 0 ? (made.value ? 'True' : 'False') : made.value;
  if (random(3) === 0) return { op, value: { [path]: spelled } };
  const urn = `${CORE}:${path}`;
  return { op, path: path.startsWith('urn:') || random(3) > 0 ? path : urn, value: spelled };
}

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization({ profile: 'rfc' });
});
afterAll(() => product.close());

/** What the oracle knows of a resource. */
function known({ id: _id, meta: _meta, groups: _groups, schemas: _schemas, ...rest }: Json): Json {
  return rest;
}

it(`${PEOPLE * PATCHES_EACH} generated PATCHes end as a plain object says they must`, async () => {
  const random = randomFrom(SEED);
  let refused = 0;
  let unchanged = 0;
  for (let person = 0; person < PEOPLE; person += 1) {
    const created = await acme.scim('POST', '/Users', { schemas: [CORE], userName: `p${person}` });
    let resource = created.body as Json & { meta: { version: string } };
    for (let round = 0; round < PATCHES_EACH; round += 1) {
      const steps = Array.from({ length: random(4) + 1 }, () => step(random));
      const operations = steps.map((made) => operationOf(made, random));
      const expected = afterSteps(known(resource), steps);
      const answer = await acme.scim('PATCH', `/Users/${resource.id}`, patch(...operations));
      const story = JSON.stringify({
        person,
        round,
        before: known(resource),
        operations,
        answer: answer.body,
      });
      if (expected === undefined) {
        refused += 1;
        if (answer.status !== 400) throw new Error(`not refused: ${story}`);
        continue;
      }
      if (answer.status !== 200) throw new Error(`refused: ${story}`);
      if (canonical(known(answer.body)) !== canonical(expected)) {
        throw new Error(`expected ${canonical(expected)}: ${story}`);
      }
      const isSame = canonical(expected) === canonical(known(resource));
      if (isSame) unchanged += 1;
      if (isSame !== (answer.body.meta.version === resource.meta.version)) {
        throw new Error(`version: ${story}`);
      }
      resource = answer.body;
    }
  }
  // The generator must not have lost its teeth.
  expect(refused).toBeGreaterThan((PATCHES_EACH * PEOPLE) / 25);
  expect(unchanged).toBeGreaterThan((PATCHES_EACH * PEOPLE) / 25);
}, 1_800_000);
