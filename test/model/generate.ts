import fc from 'fast-check';
import type { Attributes, Door, GroupStep, Op, Role } from './ops.js';
import { type Draft, NAMES, quiet, type World } from './world.js';

const TITLES = ['Boss', 'Clerk', null];

const index = fc.nat({ max: 39 });
const some = fc.array(index, { maxLength: 3 });
const name = fc.nat({ max: NAMES.length - 1 });
const door = fc.constantFrom<Door>('scim', 'graphql');
/** Mostly true. */
const often = fc.integer({ min: 0, max: 4 }).map((n) => n > 0);
const seldom = often.map((yes) => !yes);
/** If-Match: none, the present version, or one that is over. */
const precondition = fc.constantFrom<'none' | 'present' | 'over'>('none', 'none', 'none', 'present', 'over');

function expectedOf(
  kind: 'none' | 'present' | 'over',
  row: { version: number } | undefined,
): { expected?: number } {
  if (kind === 'none' || row === undefined) return {};
  return { expected: row.version + (kind === 'over' ? 7 : 0) };
}

const attributes = fc
  .record({
    n: name,
    other: name,
    own: often,
    external: fc.constantFrom('own', 'own', 'own', 'other', 'id', 'id', 'employee', 'none'),
    who: index,
    title: fc.constantFrom(...TITLES),
    active: often,
  })
  .map(({ n, other, own, external, who, title, active }) => (world: World): Attributes => {
    const externalId = {
      own: `x-${n}`,
      other: `x-${other}`,
      id: world.at('people', who),
      employee: null,
      none: null,
    };
    return {
      userName: NAMES[n] ?? '',
      email: own ? `${NAMES[n]}@p.example` : world.email(other),
      externalId: externalId[external as keyof typeof externalId],
      givenName: `Given ${n}`,
      title,
      employeeNumber: external === 'employee' ? `e-${n}` : null,
      active,
    };
  });

const provisionUser = fc.tuple(door, attributes).map(
  ([door, attributes]): Draft =>
    (world) => ({ kind: 'provisionUser', door, attributes: attributes(world) }),
);

const replaceUser = fc.tuple(door, index, attributes, fc.boolean()).map(
  ([door, who, attributes, says]): Draft =>
    (world) => {
      const { active, ...rest } = attributes(world);
      return {
        kind: 'replaceUser',
        door,
        id: world.at('people', who),
        attributes: rest,
        ...(says && { active }),
      };
    },
);

const PATCHED = [
  'userName',
  'email',
  'externalId',
  'givenName',
  'title',
  'employeeNumber',
  'active',
] as const;

const patchUser = fc
  .record({
    door,
    who: index,
    attributes,
    names: fc.subarray([...PATCHED], { minLength: 1 }),
    only: fc.constantFrom(undefined, 'active', 'title'),
    style: fc.constantFrom<'paths' | 'object' | 'strings'>('paths', 'object', 'strings'),
    bad: seldom,
    precondition,
  })
  .map(
    ({ door, who, attributes, names, only, style, bad, precondition }): Draft =>
      (world, model) => {
        const all = attributes(world);
        const wanted = (only ? [only] : names).filter(
          (one) => one === 'title' || all[one as keyof Attributes] !== null,
        );
        const change = Object.fromEntries(wanted.map((one) => [one, all[one as keyof Attributes]]));
        const id = world.at('people', who);
        const expected = expectedOf(precondition, model.users.get(id));
        return { kind: 'patchUser', door, id, change, style, bad: bad && door === 'scim', ...expected };
      },
  );

/** Somebody, and perhaps a version. */
const person = (make: (id: string, expected: { expected?: number }, n: number) => Op) =>
  fc.tuple(index, precondition, fc.nat({ max: 3 })).map(
    ([who, kind, n]): Draft =>
      (world, model) => {
        const id = world.at('people', who);
        return make(id, expectedOf(kind, model.users.get(id)), n);
      },
  );

const group = (make: (id: string, expected: { expected?: number }, ids: string[], n: number) => Op) =>
  fc.tuple(index, precondition, some, name).map(
    ([which, kind, ids, n]): Draft =>
      (world, model) => {
        const id = world.at('groups', which);
        const members = ids.map((who) => world.at('people', who));
        return make(id, expectedOf(kind, model.groups.get(id)), [...new Set(members)], n);
      },
  );

const ROLES: readonly Role[] = ['owner', 'admin', 'group_admin', 'user'];
const DOORS: readonly Door[] = ['scim', 'graphql'];
const teamOf = (n: number): string => `Team ${NAMES[n]}`;

const step = fc.tuple(
  fc.constantFrom('add', 'add', 'remove', 'replace', 'rename', 'identify', 'clear', 'bad'),
  some,
  name,
);

const patchGroup = fc.tuple(door, index, precondition, fc.array(step, { minLength: 1, maxLength: 3 })).map(
  ([door, which, kind, steps]): Draft =>
    (world, model) => {
      const id = world.at('groups', which);
      const all = steps.map(([what, ids, n]): GroupStep => {
        if (what === 'rename' || what === 'identify') return { do: what, to: teamOf(n) };
        if (what === 'clear' || what === 'bad') return { do: what };
        return { do: what as 'add', ids: [...new Set(ids.map((who) => world.at('people', who)))] };
      });
      // GraphQL has one change where SCIM has a list of operations.
      const one = all.filter((s) => s.do !== 'bad' && s.do !== 'clear').slice(0, 1);
      const expected = expectedOf(kind, model.groups.get(id));
      return { kind: 'patchGroup', door, id, steps: door === 'scim' ? all : one, ...expected };
    },
);

const provisionGroup = fc.tuple(door, name, fc.boolean(), some).map(
  ([door, n, named, ids]): Draft =>
    (world) => {
      const members = [...new Set(ids.map((who) => world.at('people', who)))];
      return {
        kind: 'provisionGroup',
        door,
        displayName: teamOf(n),
        externalId: named ? `g-${n}` : null,
        members,
      };
    },
);

const byIndex = (n: number): 'cursor' | 'index' => (n % 2 ? 'cursor' : 'index');

const reads = fc.oneof(
  person((id) => ({ kind: 'readUser', id })),
  group((id) => ({ kind: 'readGroup', id })),
  fc.tuple(fc.constantFrom('userName', 'externalId', 'email', 'id'), attributes, index).map(
    ([by, attributes, who]): Draft =>
      (world) => {
        const value = by === 'id' ? world.at('people', who) : attributes(world)[by as 'email'];
        return { kind: 'findUsers', by: by as 'id', value: value ?? 'nobody' };
      },
  ),
  fc.tuple(fc.constantFrom('title', 'userName', undefined), fc.integer({ min: 1, max: 4 })).map(
    ([sortBy, count]): Draft =>
      () => ({ kind: 'pageUsers', ...(sortBy && { sortBy: sortBy as 'title' }), count, by: byIndex(count) }),
  ),
  fc.tuple(fc.constantFrom('displayName', 'externalId', 'members.value'), name, index).map(
    ([by, n, who]): Draft =>
      (world) => {
        const value = {
          displayName: teamOf(n),
          externalId: `g-${n}`,
          'members.value': world.at('people', who),
        };
        return { kind: 'findGroups', by: by as 'displayName', value: value[by as 'displayName'] };
      },
  ),
);

const provisioning = fc.oneof(
  { weight: 5, arbitrary: provisionUser },
  { weight: 2, arbitrary: replaceUser },
  { weight: 6, arbitrary: patchUser },
  {
    weight: 1,
    arbitrary: person((id, e, n) => ({ kind: 'deprovisionUser', door: DOORS[n % 2] ?? 'scim', id, ...e })),
  },
  { weight: 3, arbitrary: provisionGroup },
  { weight: 6, arbitrary: patchGroup },
  {
    weight: 2,
    arbitrary: group((id, _e, members, n) => ({
      ...({ kind: 'replaceGroup', id, displayName: teamOf(n), externalId: n % 2 ? `g-${n}` : null } as const),
      ...(n % 3 > 0 && { members }),
    })),
  },
  {
    weight: 1,
    arbitrary: group((id, e, _ids, n) => ({
      kind: 'deprovisionGroup',
      door: DOORS[n % 2] ?? 'scim',
      id,
      ...e,
    })),
  },
);

const product = fc.oneof(
  fc.tuple(name, some, fc.constantFrom<Exclude<Role, 'owner'>>('user', 'user', 'group_admin', 'admin')).map(
    ([n, ids, role]): Draft =>
      (world) => {
        const named = ids.map((which) => world.at('groups', which));
        return { kind: 'inviteUser', email: `${NAMES[n]}@p.example`, role, groups: [...new Set(named)] };
      },
  ),
  fc
    .tuple(
      index,
      fc.constantFrom(
        'revokeInvitation',
        'readInvitation',
        'readInvitation',
        'acceptInvitation',
        'acceptInvitation',
        'invitationIsOver',
      ),
    )
    .map(
      ([which, kind]): Draft =>
        (world) => ({ kind: kind as 'readInvitation', id: world.at('invitations', which) }),
    ),
  name.map(
    (n): Draft =>
      () => ({ kind: 'createGroup', displayName: teamOf(n) }),
  ),
  group((id, e, ids, n) => ({
    ...({ kind: 'updateGroup', id, ...e, add: ids.slice(1), remove: ids.slice(0, 1) } as const),
    ...(n % 2 && { displayName: teamOf(n) }),
  })),
  group((id, _e, ids) => ({ kind: 'addGroupMembers', id, ids: ids.length > 0 ? ids : [id] })),
  group((id, _e, ids) => ({ kind: 'removeGroupMembers', id, ids: ids.length > 0 ? ids : [id] })),
  group((id, e) => ({ kind: 'deleteGroup', id, ...e })),
  person((id, e, n) => ({ kind: 'updateUser', id, title: `Title ${n}`, ...e })),
  person((id) => ({ kind: 'deactivateUser', id })),
  person((id) => ({ kind: 'reactivateUser', id })),
  person((id) => ({ kind: 'releaseUser', id })),
  person((id) => ({ kind: 'eraseUser', id })),
  person((id, e, n) => ({ kind: 'changeUserRole', id, role: ROLES[n] ?? 'user', ...e })),
  person((id) => ({ kind: 'signIn', id })),
  person((id) => ({ kind: 'signIn', id })),
  person((id) => ({ kind: 'assignLicense', id })),
  person((id) => ({ kind: 'giveBackLicense', id })),
  fc.nat({ max: 4 }).map(
    (seats): Draft =>
      () => ({ kind: 'setSeats', seats }),
  ),
);

const workers = fc.oneof(
  fc.constant<Draft>(() => ({ kind: 'settle' })),
  group((id) => ({ kind: 'applyGroup', id })),
);

/** What an identity provider, an administrator, a member and a worker may do next. */
export const drafts: fc.Arbitrary<Draft> = fc
  .oneof(
    { weight: 10, arbitrary: provisioning },
    { weight: 6, arbitrary: product },
    { weight: 2, arbitrary: reads },
    { weight: 2, arbitrary: workers },
  )
  .map(quiet);

/** The same for clients that run at once: without what only the whole world can answer. */
export const concurrentDrafts: fc.Arbitrary<Draft> = fc
  .oneof(
    { weight: 10, arbitrary: provisioning },
    { weight: 5, arbitrary: product },
    { weight: 3, arbitrary: reads },
    { weight: 1, arbitrary: group((id) => ({ kind: 'applyGroup', id })) },
  )
  .map(quiet);
