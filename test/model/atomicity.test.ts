import { patch, pushGroup, pushUser } from '../support/people.js';
import { type Answer, startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { FakeQueue } from './queue.js';
import { deadlineMs } from './runs.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
});
beforeEach(async () => {
  acme = await product.organization();
});
afterAll(() => product.close());

const L5 = Number(process.env.ROLLCALL_MODEL_RUNS || 60);
const READERS = 3;

/** Readers look for as long as somebody writes; every reader looks at least once. */
async function whileReading(
  write: () => Promise<void>,
  look: (reader: number) => Promise<void>,
): Promise<void> {
  let writing = true;
  const readers = Array.from({ length: READERS }, async (_, reader) => {
    do await look(reader);
    while (writing);
  });
  try {
    await write();
  } finally {
    writing = false;
    await Promise.all(readers);
  }
}

const done = (answer: Answer, status: number): Answer => {
  if (answer.status !== status) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  return answer;
};

const swap = (out: string, into: string) =>
  patch(
    { op: 'remove', path: `members[value eq "${out}"]` },
    { op: 'add', path: 'members', value: [{ value: into }] },
  );

it(
  'L5 I9: a PATCH that swaps two members is never seen half, whatever the worker is doing',
  async () => {
    const [ada, bob] = [await pushUser(acme), await pushUser(acme)];
    const group = await pushGroup(acme, undefined, [ada]);
    const queue = new FakeQueue(product.database);
    const seen = new Set<string>();
    await whileReading(
      async () => {
        for (let turn = 0; turn < L5; turn += 1) {
          const [out, into] = turn % 2 ? [bob, ada] : [ada, bob];
          done(await acme.scim('PATCH', `/Groups/${group}`, swap(out, into)), 204);
          if (turn % 3 === 0) await queue.drain();
        }
      },
      async (reader) => {
        if (reader === 0) {
          const people = await Promise.all(
            [`/Groups?filter=${encodeURIComponent(`id eq "${group}"`)}`, `/Groups/${group}`].map((path) =>
              acme.scim('GET', path),
            ),
          );
          for (const { body } of people) {
            const { members } = body.Resources?.[0] ?? body;
            seen.add(
              members.map(({ value }: { value: string }) => (value === ada ? 'ada' : 'bob')).join(' and '),
            );
          }
        } else {
          const query =
            'query ($id: ID!) { group(id: $id) { members(first: 9) { edges { state node { id } } } } }';
          const { body } = await acme.graphql(query, { id: group });
          const wanted = body.data.group.members.edges.filter(
            (edge: { state: string }) => edge.state !== 'REMOVING',
          );
          seen.add(
            wanted
              .map(({ node }: { node: { id: string } }) => (node.id === ada ? 'ada' : 'bob'))
              .join(' and '),
          );
        }
      },
    );
    expect([...seen].sort()).toEqual(['ada', 'bob']);
  },
  deadlineMs(L5),
);

it(
  'L5 I9: two people who exchange their addresses are never seen with the same one, nor one of them half changed',
  async () => {
    const people = [await pushUser(acme), await pushUser(acme)];
    const addresses = ['one@p.example', 'two@p.example'];
    const give = (n: number, email: string) =>
      acme.scim(
        'PATCH',
        `/Users/${people[n]}`,
        patch(
          { op: 'replace', path: 'title', value: email },
          { op: 'replace', path: 'emails[type eq "work"].value', value: email },
          { op: 'replace', path: 'name.givenName', value: email },
        ),
      );
    await Promise.all(addresses.map(async (email, n) => done(await give(n, email), 200)));
    const wrong: unknown[] = [];
    let looks = 0;
    await whileReading(
      async () => {
        for (let turn = 0; turn < L5; turn += 1) {
          const [first = '', second = ''] = turn % 2 ? addresses : addresses.toReversed();
          done(await give(0, `on-the-way-${turn}@p.example`), 200);
          done(await give(1, second), 200);
          done(await give(0, first), 200);
        }
      },
      async () => {
        const { body } = await acme.scim('GET', '/Users?count=10');
        looks += 1;
        const said = body.Resources.map((one: Answer['body']) => [
          one.emails[0].value,
          one.title,
          one.name.givenName,
        ]);
        const halves = said.some(([email, ...same]: string[]) => same.some((value) => value !== email));
        if (halves || new Set(said.map(([email]: string[]) => email)).size !== 2) wrong.push(said);
      },
    );
    expect(wrong).toEqual([]);
    expect(looks).toBeGreaterThan(0);
  },
  deadlineMs(L5),
);
