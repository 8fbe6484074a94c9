import { randomUUID } from 'node:crypto';
import { newId } from '../../src/kernel/ids.js';
import { Jobs, type NewJob } from '../../src/kernel/jobs.js';
import { workerContext } from '../../workers/context.js';
import { settleGroup } from '../../workers/membership.worker.js';
import { OutboxRelay } from '../../workers/outbox-relay.js';
import { Sweeper } from '../../workers/sweeper.js';
import { patch, pushGroup } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { describeEachQueue } from '../support/redis.js';
import {
  crowd,
  eventually,
  hideFromSweeper,
  holding,
  openJobs,
  scimMembers,
  silent,
  storedMembers,
  whileWorking,
} from './asynchronous.js';
import { forge, hasJobs, wipe } from './queues.js';

describeEachQueue('delivery may fail in every way; the rows decide (I3, I4, R7)', (backend) => {
  let product: TestProduct;
  let acme: TestOrganization;

  beforeAll(async () => {
    product = await startProduct();
  });
  beforeEach(async () => {
    acme = await product.organization();
  });
  afterAll(() => product.close());

  const patchMembers = (group: string, op: string, ids: string[]) =>
    acme.scim(
      'PATCH',
      `/Groups/${group}`,
      patch({ op, path: 'members', value: ids.map((value) => ({ value })) }),
    );

  const outbox = () => product.sql('select from outbox where organization_id = $1', [acme.id]);

  /** Everything asynchronous work could change for an organization. */
  async function digest(organizationId: string): Promise<unknown> {
    const tables = ['users', 'groups', 'memberships', 'invitations', 'user_courses', 'audit_log'];
    const rows = await Promise.all(
      tables.map((table) =>
        product.sql(
          `select md5(string_agg(t::text, '|' order by t::text)) as sum from ${table} t where organization_id = $1`,
          [organizationId],
        ),
      ),
    );
    return rows.map(([row]) => row?.sum);
  }

  /** Nobody else moves messages, so that a test sees each step. */
  async function withRelay<T>(work: (relay: OutboxRelay, jobs: Jobs) => Promise<T>): Promise<T> {
    const jobs = openJobs(product, backend);
    try {
      return await work(new OutboxRelay(product.database, jobs, silent), jobs);
    } finally {
      await jobs.close();
    }
  }

  it('F6: every job is lost, before and while workers run: the sweeper settles the rows', async () => {
    const [first, second, third] = (await crowd(product, acme, 3)) as [string, string, string];
    const group = await pushGroup(acme, undefined, [first]);
    await acme.graphql('mutation ($input: InviteUserInput!) { inviteUser(input: $input) { id } }', {
      input: { email: 'ida@people.example', courses: [{ id: 'c-1', name: 'First aid' }] },
    });
    await acme.scim('POST', '/Users', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: `ida-${acme.slug}`,
      externalId: 'ida',
      emails: [{ value: 'ida@people.example', type: 'work' }],
    });
    await withRelay((relay) => relay.relay());
    expect(await outbox()).toHaveLength(0);
    await wipe(product, backend);

    const started = Date.now();
    await whileWorking(product, backend, async () => {
      for (const id of [second, third]) {
        expect((await patchMembers(group, 'add', [id])).status).toBe(204);
        await wipe(product, backend);
      }
    });
    expect(Date.now() - started).toBeLessThan(25_000);
    expect(await storedMembers(product, group)).toEqual(
      [first, second, third].sort().map((user_id) => ({ user_id, state: 'active' })),
    );
    const courses = await product.sql('select from user_courses where organization_id = $1', [acme.id]);
    expect(courses).toHaveLength(1);
  }, 120_000);

  it('F7, F8: jobs that come five times, late and in any order leave what was accepted', async () => {
    const people = await crowd(product, acme, 12);
    const groups = [await pushGroup(acme), await pushGroup(acme), await pushGroup(acme)];
    const wanted = new Map(groups.map((group) => [group, new Set<string>()]));
    await whileWorking(product, backend, async () => {
      for (let round = 0; round < 12; round += 1) {
        const group = groups[round % groups.length] as string;
        const person = people[(round * 7) % people.length] as string;
        const op = round % 4 === 3 ? 'remove' : 'add';
        expect((await patchMembers(group, op, [person])).status).toBe(204);
        if (op === 'add') wanted.get(group)?.add(person);
        else wanted.get(group)?.delete(person);
        const copies = groups
          .toReversed()
          .flatMap((groupId) => [0, 0, 300].map((delay) => ({ groupId, delay })));
        const again = copies.map(({ groupId, delay }) => ({
          name: 'membership',
          data: { organizationId: acme.id, ids: { groupId, changeId: newId() }, requestId: 'again' },
          opts: { delay, lifo: round % 2 === 0, removeOnComplete: true },
        }));
        await forge(product, backend, 'membership', again);
      }
      await eventually('all jobs are done', async () => !(await hasJobs(product, backend)));
    });
    for (const [group, members] of wanted) {
      const expected = [...members].sort();
      expect(await storedMembers(product, group)).toEqual(
        expected.map((user_id) => ({ user_id, state: 'active' })),
      );
      expect(await scimMembers(acme, group)).toEqual(expected);
    }
  });

  it('abuse 25: forged jobs change nothing that a sweeper would not', async () => {
    const other = await product.organization();
    const theirs = await pushGroup(other, undefined, await crowd(product, other, 2));
    const settled = await pushGroup(acme, undefined, await crowd(product, acme, 2));
    await whileWorking(product, backend);
    const before = [await digest(acme.id), await digest(other.id)];

    const payloads = [
      { organizationId: acme.id, ids: { groupId: theirs }, requestId: 'forged' },
      { organizationId: other.id, ids: { groupId: settled }, requestId: 'forged' },
      { organizationId: other.id, ids: { groupId: theirs, invitationId: theirs }, requestId: 'forged' },
      { organizationId: randomUUID(), ids: { groupId: theirs }, requestId: 'forged' },
      { organizationId: acme.id, ids: { groupId: randomUUID() }, requestId: 'forged' },
      { organizationId: acme.id, ids: {}, requestId: 'forged' },
      { organizationId: acme.id, ids: { groupId: "' or true --", invitationId: '*' }, requestId: 'forged' },
      { organizationId: acme.id, ids: { groupId: settled }, requestId: 'x'.repeat(100_000) },
      { organizationId: [acme.id, other.id], ids: { groupId: [theirs] }, requestId: {} },
      { organizationId: `${acme.id}' or organization_id is not null --`, ids: {}, requestId: 'forged' },
      { organizationId: acme.id, ids: { groupId: { $ne: null } }, state: 'active', role: 'owner' },
      JSON.parse('{"__proto__": {"organizationId": "x"}, "constructor": {"prototype": {"polluted": 1}}}'),
      'text',
      42,
      [],
      null,
    ];
    // As often repeated as ours are: what cannot be read must not come back for a minute.
    const opts = { attempts: 8, backoff: { type: 'exponential', delay: 250 }, removeOnComplete: true };
    const jobs = payloads.map((data, index) => ({
      name: index % 2 ? 'membership' : 'owner.make',
      data,
      opts,
    }));
    await whileWorking(product, backend, async () => {
      await forge(product, backend, 'membership', jobs);
      await forge(product, backend, 'invitation', jobs);
      await eventually('the forged jobs are gone', async () => !(await hasJobs(product, backend)));
      const bystander = await product.organization();
      const group = await pushGroup(bystander, undefined, await crowd(product, bystander, 1));
      await hideFromSweeper(product, group);
      await product.settle();
    });
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    expect([await digest(acme.id), await digest(other.id)]).toEqual(before);
  });

  it("a job that names another organization's rows finds none of them, settled or not", async () => {
    const other = await product.organization();
    const theirs = await pushGroup(other, undefined, await crowd(product, other, 2));
    const before = await digest(other.id);
    const forged = { organizationId: acme.id, requestId: 'forged' };
    await settleGroup(workerContext(product.database, 'membership', forged), theirs);
    expect(await digest(other.id)).toEqual(before);
    await whileWorking(product, backend);
  });

  it('F7: the relay dies after the queue took the jobs and before the messages are gone', async () => {
    class Dying extends Jobs {
      override async add(jobs: readonly NewJob[]): Promise<void> {
        await super.add(jobs);
        throw new Error('killed');
      }
    }
    const ids = await crowd(product, acme, 3);
    const group = await pushGroup(acme, undefined, ids);
    const dying = new Dying({
      redisUrl: backend.redisUrl(),
      databaseUrl: product.databaseUrl,
      logger: silent,
    });
    await expect(new OutboxRelay(product.database, dying, silent).relay()).rejects.toThrow('killed');
    await dying.close();
    expect(await outbox()).toHaveLength(1);
    expect(await hasJobs(product, backend)).toBe(true);

    await whileWorking(product, backend);
    const applied = await product.sql<{ added: number }>(
      `select (details->>'added')::int as added from audit_log where action = 'group.membersApplied' and target_id = $1`,
      [group],
    );
    expect(applied).toEqual([{ added: 3 }]);
    expect(await outbox()).toHaveLength(0);
  });

  it('two relays at once move every message once, and unknown ones stop nobody', async () => {
    await product.sql(
      `insert into outbox (organization_id, id, topic, ids, request_id)
       select $1, gen_random_uuid(), case when i % 10 = 0 then 'topic.of.another.version' else 'group.members.changed' end,
         jsonb_build_object('groupId', gen_random_uuid()), 'bulk' from generate_series(1, 700) i`,
      [acme.id],
    );
    const moved = await withRelay((one, jobs) => {
      const two = new OutboxRelay(product.database, jobs, silent);
      const drain = async (relay: OutboxRelay): Promise<number> => {
        let total = 0;
        for (let last = 1; last > 0; total += last) last = await relay.relay();
        return total;
      };
      return Promise.all([drain(one), drain(two)]);
    });
    expect(moved[0] + moved[1]).toBe(700);
    expect(await outbox()).toHaveLength(0);
    await whileWorking(product, backend, () =>
      eventually('all jobs are done', async () => !(await hasJobs(product, backend))),
    );
  });

  it('F14: work that cannot be done now holds up nobody else, in the queue or in the sweep', async () => {
    const [person, another] = (await crowd(product, acme, 2)) as [string, string];
    const poisoned = [await pushGroup(acme, undefined, [person])];
    const healthy = await Promise.all(Array.from({ length: 6 }, () => pushGroup(acme, undefined, [person])));
    const statesOf = async (groups: string[]): Promise<string[]> =>
      (
        await product.sql<{ state: string }>(
          'select distinct state from memberships where group_id = any($1::uuid[]) order by 1',
          [groups],
        )
      ).map((row) => row.state);

    await holding(product, acme, poisoned, async (release) => {
      await product.sql(
        `update memberships set accepted_at = now() - interval '1 hour' where organization_id = $1`,
        [acme.id],
      );
      await new Sweeper(product.database, silent).sweep();
      expect(await statesOf(healthy)).toEqual(['active']);
      expect(await statesOf(poisoned)).toEqual(['adding']);

      await whileWorking(product, backend, async () => {
        for (const group of healthy) await patchMembers(group, 'add', [another]);
        await eventually(
          'the healthy groups settle',
          async () => !(await statesOf(healthy)).includes('adding'),
        );
        expect(await statesOf(poisoned)).toEqual(['adding']);
        await release();
      });
    });
    expect(await statesOf(poisoned)).toEqual(['active']);
  });
});
