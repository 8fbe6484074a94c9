import { newUser, patch, pushGroup, pushUser } from '../support/people.js';
import { type Answer, startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct({ workers: true });
});
beforeEach(async () => {
  acme = await product.organization();
});
afterAll(() => product.close());

const times = <T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

const members = (op: string, ids: readonly string[]) =>
  patch({ op, path: 'members', value: ids.map((value) => ({ value })) });

const statuses = (answers: readonly Answer[]): number[] => answers.map((answer) => answer.status).sort();

/** What is stored of a group, once nothing waits. */
async function settled(group: string): Promise<string[]> {
  await product.settle();
  const rows = await product.sql<{ user_id: string; state: string }>(
    'select user_id, state from memberships where group_id = $1 order by user_id',
    [group],
  );
  expect(rows.every((row) => row.state === 'active')).toBe(true);
  const shown = (await acme.scim('GET', `/Groups/${group}`)).body.members;
  expect(shown.map((member: { value: string }) => member.value).sort()).toEqual(
    rows.map((row) => row.user_id),
  );
  return rows.map((row) => row.user_id);
}

/** Deadlocks so far, whether or not a retry hid them. Sessions report them with their next work after a second. */
async function deadlocks(): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  await times(10, () => acme.scim('GET', '/Users'));
  const [row] = await product.sql<{ deadlocks: number }>(
    'select deadlocks::int from pg_stat_database where datname = current_database()',
  );
  return row?.deadlocks ?? -1;
}

describe('requests that race', () => {
  it('20 identical POST /Users make one person: one 201, 19 times 409 (B16)', async () => {
    const body = newUser();
    const answers = await times(20, () => acme.scim('POST', '/Users', body));
    expect(statuses(answers)).toEqual([201, ...Array(19).fill(409)]);
    for (const { status, body: refusal } of answers) {
      if (status === 409) expect(refusal).toMatchObject({ status: '409', scimType: 'uniqueness' });
    }
    const rows = await product.sql(
      'select from users where organization_id = $1 and connection_id is not null',
      [acme.id],
    );
    expect(rows).toHaveLength(1);
  });

  it('20 identical POST /Groups make one group', async () => {
    const body = { displayName: 'Racers' };
    const answers = await times(20, () => acme.scim('POST', '/Groups', body));
    expect(statuses(answers)).toEqual([201, ...Array(19).fill(409)]);
  });

  it('people who swap two unique values at once end as one of both, never as neither', async () => {
    const [one, two] = [newUser(), newUser()];
    const crossed = [
      { ...one, userName: two.userName },
      { ...two, userName: one.userName },
    ];
    const answers = await Promise.all(
      [one, two, ...crossed].map((body) => acme.scim('POST', '/Users', body)),
    );
    expect(new Set(statuses(answers))).toEqual(new Set([201, 409]));
    expect(answers.filter((answer) => answer.status === 201).length).toBeGreaterThanOrEqual(1);
  });

  it('50 one-member PATCHes of one group at once lose nobody', async () => {
    const ids = await times(50, () => pushUser(acme));
    const group = await pushGroup(acme);
    // More than the pool holds wait in line; who is sent away (503, nothing changed) comes again, as providers do.
    const insist = async (id: string): Promise<Answer> => {
      const answer = await acme.scim('PATCH', `/Groups/${group}`, members('add', [id]));
      return answer.status === 503 && answer.headers['retry-after'] ? insist(id) : answer;
    };
    const answers = await Promise.all(ids.map(insist));
    expect(new Set(statuses(answers))).toEqual(new Set([204]));
    expect(await settled(group)).toEqual([...ids].sort());
    expect((await acme.scim('GET', `/Groups/${group}`)).headers.etag).toBe('W/"51"');
  });

  it('opposite PATCHes are each answered 204 and leave what one of them asked for', async () => {
    const [ada, bob] = [await pushUser(acme), await pushUser(acme)];
    const group = await pushGroup(acme, undefined, [bob]);
    const answers = await times(40, (turn) =>
      acme.scim('PATCH', `/Groups/${group}`, members(turn % 2 ? 'add' : 'remove', [ada])),
    );
    expect(new Set(statuses(answers))).toEqual(new Set([204]));
    expect([[bob].sort(), [ada, bob].sort()]).toContainEqual(await settled(group));
  });

  it('replacements that overlap leave exactly one of them', async () => {
    const ids = await times(8, () => pushUser(acme));
    const group = await pushGroup(acme, undefined, ids.slice(2, 6));
    const [left, right] = [ids.slice(0, 5), ids.slice(3)];
    const answers = await times(20, (turn) =>
      acme.scim('PATCH', `/Groups/${group}`, members('replace', turn % 2 ? left : right.toReversed())),
    );
    expect(new Set(statuses(answers))).toEqual(new Set([204]));
    expect([[...left].sort(), [...right].sort()]).toContainEqual(await settled(group));
  });

  it('PUT and PATCH with the same If-Match: one is done, the others are 412', async () => {
    const body = newUser();
    const created = await acme.scim('POST', '/Users', body);
    const ifMatch = { 'if-match': String(created.headers.etag) };
    const path = `/Users/${created.body.id}`;
    const put = (title: string) => acme.scim('PUT', path, { ...body, title }, ifMatch);
    const change = (title: string) =>
      acme.scim('PATCH', path, patch({ op: 'replace', path: 'title', value: title }), ifMatch);
    const answers = await times(12, (turn) => (turn % 2 ? put(`t${turn}`) : change(`t${turn}`)));
    expect(statuses(answers)).toEqual([200, ...Array(11).fill(412)]);
    const winner = answers.find((answer) => answer.status === 200);
    expect((await acme.scim('GET', path)).body.title).toBe(winner?.body.title);

    const group = await pushGroup(acme);
    const version = { 'if-match': String((await acme.scim('GET', `/Groups/${group}`)).headers.etag) };
    const renamed = await times(8, (turn) =>
      turn % 2
        ? acme.scim('PUT', `/Groups/${group}`, { displayName: `n${turn}` }, version)
        : acme.scim('PATCH', `/Groups/${group}`, members('add', [created.body.id]), version),
    );
    const done = renamed.filter((answer) => answer.status < 300);
    expect(done).toHaveLength(1);
    expect(statuses(renamed.filter((answer) => answer.status >= 300))).toEqual(Array(7).fill(412));
  });
});

it('F13: group changes, deactivations and deletions in any order: no deadlock, no 5xx, I4 and I6 hold', async () => {
  const people = await times(24, (index) => pushUser(acme, `f13-${index}`));
  const groups = new Map<number, string>();
  for (let slot = 0; slot < 6; slot += 1) groups.set(slot, await pushGroup(acme, `Slot ${slot}`));
  const pick = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T;
  const some = (): string[] => people.toSorted(() => Math.random() - 0.5).slice(0, 8);
  const failures: string[] = [];
  let done = 0;

  async function step(): Promise<Answer> {
    const slot = Math.floor(Math.random() * 6);
    const group = groups.get(slot) ?? '';
    const kind = Math.random();
    if (kind < 0.55) {
      return acme.scim(
        'PATCH',
        `/Groups/${group}`,
        members(pick(['add', 'add', 'remove', 'replace']), some()),
      );
    }
    if (kind < 0.75) {
      const active = patch({ op: 'replace', path: 'active', value: kind > 0.63 });
      return acme.scim('PATCH', `/Users/${pick(people)}`, active);
    }
    if (kind < 0.9) {
      const answer = await acme.scim('DELETE', `/Groups/${group}`);
      const again = await acme.scim('POST', '/Groups', {
        displayName: `Slot ${slot}`,
        members: some().map((value) => ({ value })),
      });
      if (again.status === 201) groups.set(slot, again.body.id);
      return again.status >= 500 ? again : answer;
    }
    if (kind < 0.95) {
      const index = Math.floor(Math.random() * people.length);
      await acme.scim('DELETE', `/Users/${people[index]}`);
      return acme.scim('POST', '/Users', newUser(`f13-${index}`));
    }
    return acme.scim('GET', `/Groups/${group}`);
  }

  const until = Date.now() + 4_000;
  await times(8, async () => {
    while (Date.now() < until) {
      const { status, body } = await step();
      done += 1;
      if (![200, 201, 204, 404, 409].includes(status)) failures.push(`${status} ${JSON.stringify(body)}`);
    }
  });
  await product.settle();

  expect(failures).toEqual([]);
  expect(done).toBeGreaterThan(50);
  const [found] = await product.sql(
    `select (select count(*)::int from memberships m join users u using (organization_id)
        where m.organization_id = $1 and u.id = m.user_id and not u.active) as inactive,
       (select count(*)::int from memberships m where m.organization_id = $1
          and not exists (select from groups g where g.id = m.group_id)) as orphans,
       (select count(*)::int from memberships where organization_id = $1 and state <> 'active') as waiting`,
    [acme.id],
  );
  expect(found).toEqual({ inactive: 0, orphans: 0, waiting: 0 });

  // Everybody in every group, and then everybody out at once: the worst case for the order of locks.
  const everybody = async (active: boolean): Promise<void> => {
    const body = patch({ op: 'replace', path: 'active', value: active });
    await times(8, async (client) => {
      for (let index = client; index < people.length; index += 8) {
        expect((await acme.scim('PATCH', `/Users/${people[index]}`, body)).status).toBe(200);
      }
    });
  };
  await everybody(true);
  for (const { id } of (await acme.scim('GET', '/Groups')).body.Resources) {
    expect((await acme.scim('PATCH', `/Groups/${id}`, members('replace', people))).status).toBe(204);
  }
  await product.settle();
  await everybody(false);
  const left = await product.sql('select from memberships where organization_id = $1', [acme.id]);
  expect(left).toHaveLength(0);
  expect(await deadlocks()).toBe(0);
});
