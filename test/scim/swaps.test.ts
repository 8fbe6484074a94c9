import { newUser, patch } from '../support/people.js';
import { type Answer, startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { type Person, pushTwo } from './pairs.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization();
});
afterAll(() => product.close());

/** What can be swapped: how it is sent, and how it is read. */
const ATTRIBUTES = {
  'e-mail': {
    path: 'emails[type eq "work"].value',
    put: (value: string) => ({ emails: [{ value, type: 'work', primary: true }] }),
    read: (body: Answer['body']) => body.emails[0].value,
    of: (name: string) => `${name}@people.example`,
  },
  userName: {
    path: 'userName',
    put: (value: string) => ({ userName: value }),
    read: (body: Answer['body']) => body.userName,
    of: (name: string) => `${name}@people.example`,
  },
  externalId: {
    path: 'externalId',
    put: (value: string) => ({ externalId: value }),
    read: (body: Answer['body']) => body.externalId,
    of: (name: string) => `x-${name}`,
  },
} as const;
type Attribute = keyof typeof ATTRIBUTES;

const two = (organization = acme) => pushTwo(organization);

const VERBS = ['PATCH', 'PUT'] as const;
type Verb = (typeof VERBS)[number];

const give = (verb: Verb, attribute: Attribute, { id, name }: Person, value: string): Promise<Answer> => {
  const { path, put } = ATTRIBUTES[attribute];
  return verb === 'PATCH'
    ? acme.scim('PATCH', `/Users/${id}`, patch({ op: 'replace', path, value }))
    : acme.scim('PUT', `/Users/${id}`, newUser(name, put(value)));
};

const valueIn = async (attribute: Attribute, { id }: Person): Promise<string> =>
  ATTRIBUTES[attribute].read((await acme.scim('GET', `/Users/${id}`)).body);

const CASES = VERBS.flatMap((verb) =>
  (Object.keys(ATTRIBUTES) as Attribute[]).map((attribute) => [verb, attribute] as const),
);

describe.each(CASES)('swap of two people by %s: %s', (verb, attribute) => {
  const valueFor = ({ name }: Person) => ATTRIBUTES[attribute].of(name);

  it.each([
    ['the first before the second', false],
    ['the second before the first', true],
  ])('over a temporary value, %s', async (_title, reversed) => {
    const [a, b] = await two();
    const [one, other] = reversed ? [b, a] : [a, b];
    const answers = [
      await give(verb, attribute, one, `tmp-${valueFor(one)}`),
      await give(verb, attribute, other, valueFor(one)),
      await give(verb, attribute, one, valueFor(other)),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect([await valueIn(attribute, a), await valueIn(attribute, b)]).toEqual([valueFor(b), valueFor(a)]);
  });

  it.each([
    ['the first before the second', false],
    ['the second before the first', true],
  ])(
    'L5 without one, %s: 409 names the value and changes nobody, the counterpart moves both, a retry is a no-op',
    async (_title, reversed) => {
      const [a, b] = await two();
      const [one, other] = reversed ? [b, a] : [a, b];
      const refused = await give(verb, attribute, one, valueFor(other));
      expect([refused.status, refused.body.scimType]).toEqual([409, 'uniqueness']);
      expect(refused.body.detail).toContain(valueFor(other));
      expect([await valueIn(attribute, a), await valueIn(attribute, b)]).toEqual([valueFor(a), valueFor(b)]);
      expect((await give(verb, attribute, other, valueFor(one))).status).toBe(200);
      expect([await valueIn(attribute, a), await valueIn(attribute, b)]).toEqual([valueFor(b), valueFor(a)]);
      const { version } = (await acme.scim('GET', `/Users/${one.id}`)).body.meta;
      const again = await give(verb, attribute, one, valueFor(other));
      expect([again.status, again.body.meta.version]).toEqual([200, version]);
    },
  );

  it('L5 both at once: whoever comes second moves both, nobody waits for a deadlock', async () => {
    const pairs = await Promise.all([two(), two(), two()]);
    for (const [a, b] of pairs) {
      const answers = await Promise.all([
        give(verb, attribute, a, valueFor(b)),
        give(verb, attribute, b, valueFor(a)),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
      expect([await valueIn(attribute, a), await valueIn(attribute, b)]).toEqual([valueFor(b), valueFor(a)]);
    }
  });
});

// A provider keeps each object with its new value and tries again what failed (Entra every cycle). What stands in the way
// is only ever the value of somebody whose own change has not arrived; a chain gets shorter with every round.
it('a chain of new addresses, sent in the worst order, converges by retries', async () => {
  const people: Person[] = [];
  for (let i = 0; i < 3; i += 1) people.push(...(await two()));
  const free = 'free-address@people.example';
  const wanted = people.map((_, i) =>
    i + 1 < people.length ? `${people[i + 1]?.name}@people.example` : free,
  );
  const rounds: number[] = [];
  let waiting = people.map((person, i) => ({ person, value: wanted[i] ?? '' }));
  while (waiting.length > 0) {
    const left: typeof waiting = [];
    for (const change of waiting) {
      const { status } = await give('PATCH', 'e-mail', change.person, change.value);
      expect([200, 409]).toContain(status);
      if (status === 409) left.push(change);
    }
    rounds.push(left.length);
    expect(left.length).toBeLessThan(waiting.length);
    waiting = left;
  }
  expect(rounds).toEqual([5, 4, 3, 2, 1, 0]);
  expect(await Promise.all(people.map((person) => valueIn('e-mail', person)))).toEqual(wanted);
});

it('a deactivation frees no address: the swap waits for the new address, not for the person', async () => {
  const [a, b] = await two();
  const off = patch({ op: 'replace', path: 'active', value: false });
  expect((await acme.scim('PATCH', `/Users/${b.id}`, off)).status).toBe(200);
  expect((await give('PATCH', 'e-mail', a, `${b.name}@people.example`)).status).toBe(409);
});

it('one Bulk request swaps over a temporary value, each operation on its own', async () => {
  const [a, b] = await two();
  const path = 'emails[type eq "work"].value';
  const step = ({ id }: Person, value: string) => ({
    method: 'PATCH',
    path: `/Users/${id}`,
    data: patch({ op: 'replace', path, value }),
  });
  const [ofA, ofB] = [`${a.name}@people.example`, `${b.name}@people.example`];
  const answer = await acme.scim('POST', '/Bulk', {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
    Operations: [step(a, ofB), step(a, `tmp-${ofA}`), step(b, ofA), step(a, ofB)],
  });
  expect(answer.body.Operations.map(({ status }: { status: string }) => status)).toEqual([
    '409',
    '200',
    '200',
    '200',
  ]);
  expect([await valueIn('e-mail', a), await valueIn('e-mail', b)]).toEqual([ofB, ofA]);
});

it("on an rfc connection, where addresses are nobody's alone, a swap needs no order", async () => {
  const rfc = await product.organization({ profile: 'rfc' });
  const [a, b] = await two(rfc);
  const path = 'emails[type eq "work"].value';
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    const value = `${other.name}@people.example`;
    const answer = await rfc.scim('PATCH', `/Users/${one.id}`, patch({ op: 'replace', path, value }));
    expect(answer.status).toBe(200);
  }
});

it('racing swaps by PATCH and PUT leave no duplicate, no 5xx and no deadlock', async () => {
  const pairs = await Promise.all(Array.from({ length: 6 }, () => two()));
  const statuses = new Map<number, number>();
  for (let round = 0; round < 4; round += 1) {
    const requests = pairs.flatMap(([a, b], place) => {
      const verb = VERBS[(round + place) % 2] ?? 'PATCH';
      const all = (Object.keys(ATTRIBUTES) as Attribute[]).flatMap((attribute) => {
        const { of } = ATTRIBUTES[attribute];
        return [
          give('PATCH', attribute, a, of(b.name)),
          give(verb, attribute, b, of(a.name)),
          give('PATCH', attribute, a, `t${round}-${of(a.name)}`),
        ];
      });
      return all;
    });
    for (const { status } of await Promise.all(requests))
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  expect([...statuses.keys()].filter((status) => status !== 200 && status !== 409)).toEqual([]);
  expect(statuses.get(200)).toBeGreaterThan(0);
  const doubles = await product.sql(
    `select email_key from users where organization_id = $1 group by email_key having count(*) > 1`,
    [acme.id],
  );
  expect(doubles).toEqual([]);
  // Whatever the race left: the three steps bring it to the swapped state.
  for (const [a, b] of pairs) {
    for (const attribute of Object.keys(ATTRIBUTES) as Attribute[]) {
      const { of } = ATTRIBUTES[attribute];
      const steps: [Person, string][] = [
        [a, `end-a-${of(a.name)}`],
        [b, `end-b-${of(b.name)}`],
        [a, of(b.name)],
        [b, of(a.name)],
      ];
      for (const [person, value] of steps)
        expect((await give('PATCH', attribute, person, value)).status).toBe(200);
      expect([await valueIn(attribute, a), await valueIn(attribute, b)]).toEqual([of(b.name), of(a.name)]);
    }
  }
}, 60_000);
