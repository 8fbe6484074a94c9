import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { pushGroup, pushUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { filled, tapeRequests } from './tape-requests.js';

const ORDERS = 8;
const SEED = 55;

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct({ workers: true });
  acme = await product.organization();
});
afterAll(() => product.close());

/** One PATCH of a tape that names members, and whom it names; `*` when it speaks of all of them. */
interface MemberPatch {
  tape: string;
  body: string;
  names: Set<string>;
}

const isAboutMembers = (body: unknown): boolean => /"path":"members/.test(JSON.stringify(body ?? null));
const isWhole = (body: string): boolean =>
  /"op":"replace","path":"members"|"op":"remove","path":"members"\}/i.test(body);

/** People are named by tape and variable, so that no two tapes speak of the same person. */
function memberPatches(): MemberPatch[] {
  return tapeRequests()
    .filter(
      ({ method, path, body }) => method === 'PATCH' && path.startsWith('/Groups/') && isAboutMembers(body),
    )
    .map(({ tape, body }) => {
      const names = new Set<string>();
      const text = filled(JSON.stringify(body), (name) => {
        if (/^(run|uuid|groupId)\b/.test(name)) return name === 'run' ? 'run' : randomUUID();
        names.add(`${tape} ${name}`);
        return `<${tape} ${name}>`;
      });
      // A rename on the way would collide with that of another group.
      const { schemas, Operations } = JSON.parse(text);
      const kept = Operations.filter(({ path }: { path?: string }) => path?.startsWith('members'));
      return {
        tape,
        body: JSON.stringify({ schemas, Operations: kept }),
        names: isWhole(text) ? new Set(['*']) : names,
      };
    });
}

const meet = (a: MemberPatch, b: MemberPatch): boolean =>
  a.names.has('*') || b.names.has('*') ? a.tape === b.tape : [...a.names].some((name) => b.names.has(name));

/** An order in which PATCHes that speak of the same person keep their places to each other: those are not anybody's to turn round. */
function shuffled(patches: MemberPatch[], pick: (below: number) => number): MemberPatch[] {
  const left = [...patches];
  const order: MemberPatch[] = [];
  while (left.length > 0) {
    const free = left.filter((one, at) => !left.slice(0, at).some((before) => meet(before, one)));
    const next = free[pick(free.length)] as MemberPatch;
    left.splice(left.indexOf(next), 1);
    order.push(next);
  }
  return order;
}

const ids = new Map<string, string>();

async function send(group: string, { body }: MemberPatch): Promise<number> {
  const text = body.replaceAll(/<([^<>]+)>/g, (_whole, name: string) => ids.get(name) ?? name);
  return (await acme.scim('PATCH', `/Groups/${group}`, text)).status;
}

async function membersOf(group: string): Promise<string[]> {
  const { body } = await acme.scim('GET', `/Groups/${group}`);
  return body.members.map(({ value }: { value: string }) => value).sort();
}

/** What the workers made of it, which SCIM does not show. */
async function appliedTo(group: string): Promise<string[]> {
  const rows = await product.sql<{ user_id: string }>(
    `select user_id from memberships where group_id = $1 and state = 'active' order by 1`,
    [group],
  );
  return rows.map((row) => row.user_id);
}

const PATCHES = memberPatches();
const COMMUTING = PATCHES.filter(({ names }) => !names.has('*'));
const BY_TAPE = Map.groupBy(PATCHES, ({ tape }) => tape);

beforeAll(async () => {
  for (const { body } of PATCHES) {
    for (const [, name = ''] of body.matchAll(/<([^<>]+)>/g)) {
      if (!ids.has(name)) ids.set(name, await pushUser(acme));
    }
  }
});

const orders = fc.sample(fc.infiniteStream(fc.nat()), { numRuns: ORDERS, seed: SEED }).map((stream) => {
  return (below: number): number => Number(stream.next().value) % below;
});

it.each([...BY_TAPE].filter(([, patches]) => patches.length > 1).map(([tape]) => tape))(
  '%s: member PATCHes in another order end in the same memberships',
  async (tape) => {
    const patches = BY_TAPE.get(tape) ?? [];
    const [straight, other] = [await pushGroup(acme), await pushGroup(acme)];
    for (const one of patches) await send(straight, one);
    for (const one of shuffled(patches, orders[0] ?? (() => 0))) await send(other, one);
    await product.settle();
    const expected = await membersOf(straight);
    expect(await membersOf(other)).toEqual(expected);
    expect(await appliedTo(other)).toEqual(expected);
  },
);

it(`the ${COMMUTING.length} member PATCHes of all tapes on one group, in ${ORDERS} orders, one by one and at once`, async () => {
  expect(COMMUTING.length).toBeGreaterThan(20);
  const straight = await pushGroup(acme);
  for (const one of COMMUTING) await send(straight, one);
  const expected = await membersOf(straight);
  expect(expected.length).toBeGreaterThan(10);
  const groups: string[] = [];
  for (const [place, pick] of orders.entries()) {
    const group = await pushGroup(acme);
    groups.push(group);
    if (place % 2 === 0) {
      for (const one of shuffled(COMMUTING, pick)) await send(group, one);
      continue;
    }
    // What speaks of the same people stays in order; everything else overlaps, as in a cycle of Entra.
    const lanes = new Map<string, Promise<number>>();
    for (const one of shuffled(COMMUTING, pick)) {
      const before = lanes.get(one.tape) ?? Promise.resolve(0);
      lanes.set(
        one.tape,
        before.then(() => send(group, one)),
      );
    }
    await Promise.all(lanes.values());
  }
  await product.settle();
  for (const group of groups) {
    expect(await membersOf(group)).toEqual(expected);
    expect(await appliedTo(group)).toEqual(expected);
  }
}, 60_000);
