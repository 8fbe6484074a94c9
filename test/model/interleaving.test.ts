import fc from 'fast-check';
import { startProduct, type TestProduct } from '../support/product.js';
import { type Dump, dumpOfModel } from './dump.js';
import type { Op } from './ops.js';
import { deadlineMs, runsOf } from './runs.js';
import { Session } from './session.js';
import { type Draft, quiet } from './world.js';

let product: TestProduct;

beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.close());

const L6 = 30;
/** The owner, two people of the prelude and two more; those who are invited and arrive are left alone. */
const PEOPLE = 5;

/** What workers do, or what befalls them. `n` says which job. */
type Step =
  | { do: 'relay' | 'relayDies' | 'relayDiesLate' | 'sweep' | 'sweepOverdue' | 'shuffle' | 'loseAll' }
  | { do: 'deliver' | 'deliverTwice' | 'lose'; n: number };

/** One moment: at most one client's request, and any workers beside it. */
interface Moment {
  draft: Draft | undefined;
  steps: Step[];
}

const personNamed = (name: string): Op => ({
  kind: 'provisionUser',
  door: 'scim',
  attributes: {
    ...{ userName: name, email: `${name}@p.example`, externalId: name, active: true },
    ...{ givenName: null, title: null, employeeNumber: null },
  },
});

const CAST: readonly Op[] = [
  personNamed('carl'),
  personNamed('dora'),
  { kind: 'createGroup', displayName: 'Promised' },
];

const n = fc.nat({ max: 9 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom<Step>(
      { do: 'relay' },
      { do: 'relay' },
      { do: 'relayDies' },
      { do: 'relayDiesLate' },
    ),
  },
  { weight: 2, arbitrary: fc.constantFrom<Step>({ do: 'sweep' }, { do: 'sweepOverdue' }) },
  { weight: 1, arbitrary: fc.constantFrom<Step>({ do: 'shuffle' }, { do: 'loseAll' }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom<'deliver' | 'deliverTwice' | 'lose'>('deliver', 'deliver', 'deliverTwice', 'lose'),
      n,
    }),
  },
);

/** What the provider, an administrator or somebody who was invited does; nothing of it undoes what only a worker does. */
const request: fc.Arbitrary<Draft> = fc
  .record({
    what: fc.constantFrom(
      'add',
      'add',
      'add',
      'remove',
      'replace',
      'out',
      'in',
      'invite',
      'arrive',
      'ours',
      'theirs',
      'rename',
    ),
    who: fc.array(fc.integer({ min: 1, max: PEOPLE }), { minLength: 1, maxLength: 3 }),
    which: n,
  })
  .map(
    ({ what, who, which }): Draft =>
      ({ people, groups }) => {
        const ids = [...new Set(who.map((index) => people[index % PEOPLE] ?? ''))];
        const id = ids[0] ?? '';
        const [team = '', ours = '', , promised = ''] = groups;
        const patch = (steps: Extract<Op, { kind: 'patchGroup' }>['steps']): Op => ({
          kind: 'patchGroup',
          door: 'scim',
          id: team,
          steps,
        });
        const name = `new${which % 3}`;
        switch (what) {
          case 'out':
          case 'in':
            return {
              kind: 'patchUser',
              door: 'scim',
              id,
              change: { active: what === 'in' },
              style: 'strings',
              bad: false,
            };
          case 'invite':
            return { kind: 'inviteUser', email: `${name}@p.example`, role: 'admin', groups: [promised] };
          case 'arrive':
            return personNamed(name);
          case 'ours':
            return { kind: 'addGroupMembers', id: ours, ids };
          case 'theirs':
            return { kind: 'removeGroupMembers', id: ours, ids };
          case 'rename':
            return patch([{ do: 'rename', to: `Team ${which}` }]);
          default:
            return patch([{ do: what as 'add', ids }]);
        }
      },
  )
  .map(quiet);

const moment: fc.Arbitrary<Moment> = fc.record({
  draft: fc.option(request, { nil: undefined, freq: 2 }),
  steps: fc.array(step, { maxLength: 3 }),
});

/** Makes everything that waits look as if it waited for a minute. */
async function age(organizationId: string): Promise<void> {
  await product.sql(
    `with m as (update memberships set accepted_at = accepted_at - interval '1 minute'
       where organization_id = $1 and state <> 'active')
     update invitations set consumed_at = consumed_at - interval '1 minute'
     where organization_id = $1 and state = 'consumed' and applied_at is null`,
    [organizationId],
  );
}

async function perform({ organization, client }: Session, step: Step): Promise<void> {
  const { queue } = client;
  const { jobs } = queue;
  const job = 'n' in step ? jobs[step.n % Math.max(jobs.length, 1)] : undefined;
  const leaves = (): void => void jobs.splice(jobs.indexOf(job as (typeof jobs)[number]), 1);
  switch (step.do) {
    case 'relay':
      await queue.relay().catch(() => {});
      return;
    case 'relayDies':
    case 'relayDiesLate':
      queue.dies = step.do === 'relayDies' ? 'before' : 'after';
      await queue.relay().catch(() => {});
      queue.dies = undefined;
      return;
    case 'sweepOverdue':
      await age(organization.id);
      await queue.sweep();
      return;
    case 'sweep':
      await queue.sweep();
      return;
    case 'shuffle':
      jobs.reverse();
      return;
    case 'loseAll':
      jobs.length = 0;
      return;
    case 'lose':
      if (job) leaves();
      return;
    default:
      if (!job) return;
      if (step.do === 'deliver') leaves();
      await queue.handle(job.queue, job.payload);
  }
}

/** Whatever depends on how often a worker came by is left out: versions, audit rows, messages. */
function settled(dump: Dump): object {
  const { users, groups, memberships, invitations } = dump;
  const without = (rows: unknown[]) => rows.map((row) => ({ ...(row as object), version: undefined }));
  return { users: without(users), groups: without(groups), memberships, invitations };
}

it(
  'L6: whenever jobs come, twice, late, in any order or never, the end is what was asked for, and SCIM shows it at once',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(moment, { minLength: 4, maxLength: 16 }),
        fc.boolean(),
        async (moments, mayLose) => {
          const session = await Session.begin(product);
          const { model, organization } = session;
          for (const op of CAST) await session.step(() => op);
          // What is over already is marked before anything is compared.
          await session.client.queue.sweep();
          for (const one of model.invitations.values()) if (one.over) one.state = 'expired';
          for (const { draft, steps } of moments) {
            const asked = draft && session.step(draft);
            const kept = steps.filter((one) => mayLose || !one.do.startsWith('lose'));
            await Promise.all([asked, ...kept.map((one) => perform(session, one))]);
            const team = session.world.groups[0] ?? '';
            const { body } = await organization.scim('GET', `/Groups/${team}`);
            const shown = body.members.map(({ value }: { value: string }) => value).sort();
            expect(shown).toEqual(model.apply({ kind: 'readGroup', id: team }).view?.members);
          }
          // Where no job may be lost the queue alone is enough; otherwise the sweeper is.
          const { queue } = session.client;
          if (mayLose) {
            queue.jobs.length = 0;
            await product.sql('delete from outbox where organization_id = $1', [organization.id]);
            await age(organization.id);
            await queue.sweep();
          } else await queue.drain();
          model.apply({ kind: 'settle' });
          expect(settled(await session.dump())).toEqual(settled(dumpOfModel(model)));
          const applied = await product.sql(
            `select target_id from audit_log where organization_id = $1 and action = 'invitation.applied'`,
            [organization.id],
          );
          expect(new Set(applied.map((row) => row.target_id)).size).toBe(applied.length);
        },
      ),
      runsOf(L6),
    );
  },
  deadlineMs(L6),
);
