import fc from 'fast-check';
import { digestOf } from '../isolation/digest.js';
import { startProduct, type TestProduct } from '../support/product.js';
import { drafts } from './generate.js';
import { deadlineMs, runsOf } from './runs.js';
import { Command, Session } from './session.js';
import type { Foreign } from './world.js';

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
  const sequences = fc.commands([command], { maxCommands: 80, size: 'max' });
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

/** The jobs of what waits there are lost, so only somebody who is wrong about whose they are would settle it. */
async function populate(twin: Session): Promise<Foreign> {
  const { people, groups, invitations } = twin.world;
  await twin.client.queue.relay();
  twin.model.messages = 0;
  await twin.compare();
  return { people: people[1] ?? '', groups: groups[0] ?? '', invitations: invitations[0] ?? '' };
}
