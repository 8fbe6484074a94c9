import fc from 'fast-check';
import { digestOf } from '../isolation/digest.js';
import { startProduct, type TestProduct } from '../support/product.js';
import { drafts, type Foreign } from './generate.js';
import { deadlineMs, runsOf } from './runs.js';
import { Command, Session } from './session.js';

let product: TestProduct;

beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.close());

const L1 = 25;
const L2 = 15;

/** Runs sequences of commands, each on an organization of its own. */
async function model(
  count: number,
  begin: () => Promise<Session>,
  afterwards: () => Promise<void> = async () => {},
): Promise<void> {
  const command = drafts.map((draft) => new Command(draft));
  const sequences = fc.commands([command], { maxCommands: 40, size: 'max' });
  await fc.assert(
    fc.asyncProperty(sequences, async (sequence) => {
      const session = await begin();
      await fc.asyncModelRun(() => ({ model: {}, real: session }), sequence);
      await session.step(() => ({ kind: 'settle' }));
      await session.compare();
      await afterwards();
    }),
    runsOf(count),
  );
}

it(
  'L1: one organization does what the model says, command by command',
  () => model(L1, () => Session.begin(product)),
  deadlineMs(L1),
);

it(
  'L2: beside it a twin with the same names stays as it is, also when its ids are named here (I7)',
  async () => {
    const twin = await Session.begin(product);
    const canary: Foreign = await populate(twin);
    const before = await digestOf(product, twin.organization.id);
    await model(
      L2,
      () => Session.begin(product, canary),
      async () => expect(await digestOf(product, twin.organization.id)).toEqual(before),
    );
    await twin.compare();
  },
  deadlineMs(L2),
);

/** Something of every kind, with work that waits: whoever crosses the border changes it. */
async function populate(twin: Session): Promise<Foreign> {
  const [ada = '', bob = ''] = twin.world.people.slice(1);
  const [team = '', ours = ''] = twin.world.groups;
  await twin.step(() => ({
    kind: 'patchGroup',
    door: 'scim',
    id: team,
    steps: [{ do: 'add', ids: [ada, bob] }],
  }));
  await twin.step(() => ({ kind: 'settle' }));
  await twin.step(() => ({ kind: 'addGroupMembers', id: ours, ids: [ada] }));
  await twin.step(() => ({ kind: 'signIn', id: ada }));
  await twin.step(() => ({ kind: 'inviteUser', email: 'kim@p.example', role: 'admin', groups: [ours] }));
  // The jobs are lost, so only somebody who is wrong about whose they are would settle them.
  await twin.client.queue.relay();
  twin.model.messages = 0;
  await twin.compare();
  return { people: ada, groups: team, invitations: twin.world.invitations[0] ?? '' };
}
