import fc from 'fast-check';
import { patch, pushGroup, pushUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { Client } from './doors.js';
import { type Event, linearise, observed } from './linearise.js';
import { deadlineMs, runsOf } from './runs.js';

let product: TestProduct;

beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.close());

const L4 = 2;
const CLIENTS = 8;
const STEPS = 20;

/** What one client asks of one key: the register of a title, whether somebody is a member, or a seat. */
type Ask = {
  do: 'write' | 'put' | 'swapIf' | 'read' | 'join' | 'leave' | 'isMember' | 'take' | 'giveBack';
  n: number;
};
interface Told {
  status: string;
  /** The version If-Match named. */
  expected?: number;
  version?: number;
  title?: string | null;
  isMember?: boolean;
}
type Seen = Event<Ask, Told>;

const asks = fc.record({
  do: fc.constantFrom<Ask['do']>(
    'write',
    'swapIf',
    'swapIf',
    'put',
    'read',
    'read',
    'join',
    'leave',
    'isMember',
    'take',
    'take',
    'take',
    'giveBack',
    'giveBack',
    'giveBack',
  ),
  n: fc.nat({ max: 3 }),
});
const KEYS: Readonly<Record<string, readonly Ask['do'][]>> = {
  title: ['write', 'put', 'swapIf', 'read'],
  membership: ['join', 'leave', 'isMember'],
  seats: ['take', 'giveBack'],
};
const SEATS = 2;

describe('L4: the history of every key could have happened one request at a time', () => {
  it(
    'with eight clients at once',
    async () => {
      const programs = fc.array(fc.array(asks, { minLength: STEPS, maxLength: STEPS }), {
        minLength: CLIENTS,
        maxLength: CLIENTS,
      });
      await fc.assert(
        fc.asyncProperty(programs, async (clients) => {
          const stage = await setStage();
          const events = await Promise.all(
            clients.map(async (program, index) => {
              const seen: Seen[] = [];
              for (const ask of program) seen.push(await observed(ask, (one) => send(stage, one, index)));
              return seen;
            }),
          );
          const history = events.flat();
          const of = (key: string): Seen[] => history.filter(({ op }) => KEYS[key]?.includes(op.do));
          explain('title', of('title'), { version: 1, title: null as string | null }, afterTitle);
          explain('membership', of('membership'), false, afterMembership);
          explain('seats', of('seats'), [] as number[], afterSeats);
          const [pool] = await product.sql<{ right: boolean }>(
            `select taken <= bought and taken = (select count(*) from users u where u.organization_id = p.organization_id
               and license = 'standard') as right from seat_pools p where organization_id = $1 and kind = 'standard'`,
            [stage.organization.id],
          );
          expect(pool?.right).toBe(true);
        }),
        runsOf(L4),
      );
    },
    deadlineMs(L4),
  );
});

interface Stage {
  organization: TestOrganization;
  client: Client;
  body: Record<string, unknown>;
  ada: string;
  group: string;
  people: string[];
  /** The version each client saw last. */
  known: number[];
}

async function setStage(): Promise<Stage> {
  const organization = await product.organization();
  const client = new Client(product, organization);
  const attributes = { userName: 'ada', email: 'ada@p.example', externalId: 'x', givenName: null };
  const made = await client.send({
    kind: 'provisionUser',
    door: 'scim',
    attributes: { ...attributes, title: null, employeeNumber: null, active: true },
  });
  const ada = made.id ?? '';
  const people = await Promise.all([0, 1, 2, 3].map(() => pushUser(organization)));
  await client.send({ kind: 'setSeats', seats: SEATS });
  const { body } = await organization.scim('GET', `/Users/${ada}`);
  return { organization, client, body, ada, group: await pushGroup(organization), people, known: [] };
}

async function send(stage: Stage, ask: Ask, index: number): Promise<Told> {
  const { organization, client, body, ada, group, people } = stage;
  const person = people[ask.n] ?? '';
  const title = `t${ask.n}`;
  switch (ask.do) {
    case 'take':
      return { status: (await client.send({ kind: 'signIn', id: person })).code };
    case 'giveBack':
      return { status: (await client.send({ kind: 'giveBackLicense', id: person })).code };
    case 'isMember': {
      const filter = encodeURIComponent(`id eq "${group}" and members.value eq "${ada}"`);
      const answer = await organization.scim('GET', `/Groups?filter=${filter}`);
      return { status: String(answer.status), isMember: answer.body.totalResults === 1 };
    }
    case 'join':
    case 'leave': {
      const op = { op: ask.do === 'join' ? 'add' : 'remove', path: 'members', value: [{ value: ada }] };
      return { status: String((await organization.scim('PATCH', `/Groups/${group}`, patch(op))).status) };
    }
    default: {
      const path = `/Users/${ada}`;
      const expected = ask.do === 'swapIf' ? { expected: stage.known[index] ?? 1 } : {};
      const ifMatch: Record<string, string> =
        ask.do === 'swapIf' ? { 'if-match': `W/"${expected.expected}"` } : {};
      const answer = await (ask.do === 'read'
        ? organization.scim('GET', path)
        : ask.do === 'put'
          ? organization.scim('PUT', path, { ...body, title })
          : organization.scim('PATCH', path, patch({ op: 'replace', path: 'title', value: title }), ifMatch));
      const version = Number(/\d+/.exec(String(answer.headers.etag))?.[0]);
      if (answer.status === 200) stage.known[index] = version;
      return { status: String(answer.status), ...expected, version, title: answer.body.title ?? null };
    }
  }
}

function explain<State>(
  key: string,
  history: readonly Seen[],
  initial: State,
  after: (state: State, event: Seen) => State | undefined,
): void {
  const order = linearise<State, Seen>(history, {
    initial,
    keyOf: (state) => JSON.stringify(state),
    after: (state, event) => {
      if (event.said.status === '503' || event.said.status === 'UNAVAILABLE') return [state];
      const next = after(state, event);
      return next === undefined ? [] : [next];
    },
  });
  if (!order)
    throw new Error(
      `No order explains what was seen of ${key}:\n${history.map((e) => JSON.stringify(e)).join('\n')}`,
    );
}

/** A register with a version that counts its changes: what a write answers is the value it left. */
function afterTitle(at: { version: number; title: string | null }, { op, said }: Seen) {
  const { version, title = null } = said;
  const isOver = said.expected !== undefined && said.expected !== at.version;
  if (said.status !== (isOver ? '412' : '200')) return undefined;
  if (isOver) return at;
  const next = op.do === 'read' || title === at.title ? at : { version: at.version + 1, title };
  return version === next.version && title === next.title ? next : undefined;
}

function afterMembership(at: boolean, { op, said }: Seen): boolean | undefined {
  if (op.do === 'isMember') return said.isMember === at ? at : undefined;
  return said.status === '204' ? op.do === 'join' : undefined;
}

/** Who holds a seat; nobody is refused one that is free, and nobody gets one that is not. */
function afterSeats(at: number[], { op, said }: Seen): number[] | undefined {
  if (op.do === 'giveBack') return said.status === 'ok' ? at.filter((n) => n !== op.n) : undefined;
  const may = at.includes(op.n) || at.length < SEATS;
  if (said.status !== (may ? 'ok' : 'LIMIT_EXCEEDED')) return undefined;
  return may ? [...new Set([...at, op.n])].sort() : at;
}
