import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { startProduct, type TestProduct } from '../support/product.js';
import { dumpOfModel } from './dump.js';
import { concurrentDrafts } from './generate.js';
import type { Said } from './graphql-door.js';
import { type Event, linearise, observed } from './linearise.js';
import type { Model } from './model.js';
import type { Op } from './ops.js';
import { deadlineMs, runsOf } from './runs.js';
import { differenceOf, Session } from './session.js';

let product: TestProduct;

beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.close());

const L3 = 30;

type Sent = Event<Op, Said>;

it(
  'L3: what clients saw who ran at once is what the model says in some order of their requests',
  async () => {
    const prefix = fc.array(concurrentDrafts, { maxLength: 8 });
    const branches = fc.array(fc.array(concurrentDrafts, { minLength: 1, maxLength: 5 }), {
      minLength: 2,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(prefix, branches, async (before, clients) => {
        const session = await Session.begin(product);
        for (const draft of before) await session.step(draft);
        const { model, world, client } = session;
        const ops = clients.map((drafts) => drafts.map((draft) => askable(draft(world, model))));
        const histories = await Promise.all(
          ops.map(async (branch) => {
            const events: Sent[] = [];
            for (const op of branch) events.push(await observed(op, (one) => client.send(one)));
            return events;
          }),
        );
        const history = histories.flat().map((event) => ({ ...event, said: asSeen(event, ops.flat()) }));
        const end = await session.dump();
        const order = linearise<Model, Sent>(history, {
          initial: model,
          after,
          keyOf: (state) => JSON.stringify(dumpOfModel(state)),
          mayEnd: (state) => isDeepStrictEqual(dumpOfModel(state), end),
        });
        if (order) return;
        const told = history.map(({ op, said, sent, answered }) =>
          JSON.stringify({ sent, answered, op, said }),
        );
        throw new Error(
          `No order of these explains their answers and how it ended:\n${told.join('\n')}\n${JSON.stringify(end)}`,
        );
      }),
      runsOf(L3),
    );
  },
  deadlineMs(L3),
);

/** Two requests at once are two answers: what needs several requests is left to the sequences. */
const askable = (op: Op): Op =>
  op.kind === 'eraseUser' || op.kind === 'pageUsers'
    ? { kind: 'readUser', id: 'id' in op ? op.id : 'nobody' }
    : op;

/** What one statement read, or the transaction of the change: the rest of an answer may be younger. */
function asSeen({ op, said }: Sent, all: readonly Op[]): Said {
  if (said.code !== 'ok' || !said.view) return said;
  const { groups: _groups, ...view } = said.view;
  const { id, members } = view;
  const ends = all.some((one) => /^de(lete|provision)Group$/.test(one.kind) && 'id' in one && one.id === id);
  if (op.kind === 'readGroup') return { ...said, view: ends ? { id } : { id, members } };
  return { ...said, view: /^(replaceGroup|.*GroupMembers)$/.test(op.kind) ? {} : view };
}

function after(state: Model, { op, said }: Sent): Model[] {
  // Sent away before anything happened (the pool was busy).
  if (said.code === 'UNAVAILABLE') return [state];
  const next = state.clone();
  return differenceOf(next.apply(op, said.id), said) === undefined ? [next] : [];
}
