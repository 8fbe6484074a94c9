import { patch } from '../support/people.js';
import {
  group,
  NOBODY,
  ordinary,
  ordinaryGroup,
  provisioned,
  type Row,
  type Scenario,
  type Twin,
} from './twins.js';

const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';

const people = async (twin: Twin) => {
  for (const name of ['ada', 'bob', 'cy']) await provisioned(twin, name);
};
/** Ada and Bob are in it; Cy is not. */
const sales = async (twin: Twin) => {
  await people(twin);
  await group(twin, 'Sales', ['ada', 'bob']);
  await group(twin, 'Support');
};
const idsOf = ({ ids }: Twin, names: readonly string[]) => names.map((name) => ids[name] ?? name);
const values = (twin: Twin, names: readonly string[]) => idsOf(twin, names).map((value) => ({ value }));

/** A POST of a group, in both spellings. */
const post = (
  title: string,
  details: Record<string, unknown>,
  members: readonly string[] | undefined,
  more: Partial<Scenario> = {},
): Scenario => ({
  title,
  given: people,
  scim: (twin) => [
    'POST',
    '/Groups',
    { schemas: [GROUP], ...details, members: members && values(twin, members) },
  ],
  graphql: (twin) => ({ ...details, members: members && idsOf(twin, members) }),
  ...more,
});

export const PROVISION_GROUP: Row = {
  scim: ['POST /Groups'],
  mutation: 'provisionGroup',
  selection: '{ group { id } membershipChange { accepted failed } }',
  scenarios: [
    post('a group of nobody', { displayName: 'Sales', externalId: 'g-1' }, undefined),
    post('a group with members, one of them twice', { displayName: 'Sales' }, ['ada', 'bob', 'ada']),
    post('a group with someone who may not sign in', { displayName: 'Sales' }, ['ada', 'off'], {
      given: async (twin) => {
        await people(twin);
        await provisioned(twin, 'off', { active: false });
      },
    }),
    post('an ordinary group, which is adopted with its people', { displayName: 'SALES' }, ['ada'], {
      given: async (twin) => {
        await people(twin);
        await ordinary(twin, 'dee');
        await ordinaryGroup(twin, 'Sales', ['dee', 'bob']);
      },
    }),
    post('a taken name', { displayName: 'sales' }, ['ada'], { given: sales, refusal: 'CONFLICT' }),
    post('a member who is nobody', { displayName: 'Sales' }, ['ada', NOBODY], { refusal: 'NOT_FOUND' }),
    post('members who are nobody', { displayName: 'Sales' }, ['ada', NOBODY, 'x', 'y', 'z'], {
      refusal: 'NOT_FOUND',
    }),
    post('no name', { displayName: '' }, ['ada'], { refusal: 'INVALID_INPUT', ownWords: true }),
    post('a blank name', { displayName: ' ' }, ['ada'], { refusal: 'INVALID_INPUT', ownWords: true }),
    post('a name no index can hold', { displayName: '\uFDFA'.repeat(200) }, ['ada'], {
      refusal: 'INVALID_INPUT',
      ownWords: true,
    }),
  ],
};

/** A change of the group Sales. */
const patched = (
  title: string,
  operations: (twin: Twin) => Record<string, unknown>[],
  change: (twin: Twin) => Record<string, unknown>,
  more: Partial<Scenario> = {},
): Scenario => ({
  title,
  given: sales,
  scim: (twin) => ['PATCH', `/Groups/${twin.ids.Sales}`, patch(...operations(twin))],
  graphql: (twin) => ({ id: twin.ids.Sales, ...change(twin) }),
  ...more,
});

const renamed = (name: string) => () => [{ op: 'replace', path: 'displayName', value: name }];
const adding =
  (...names: string[]) =>
  (twin: Twin) => [{ op: 'add', path: 'members', value: values(twin, names) }];
const removing =
  (...names: string[]) =>
  (twin: Twin) => [{ op: 'remove', path: 'members', value: values(twin, names) }];
const add =
  (...names: string[]) =>
  (twin: Twin) => ({ members: { add: idsOf(twin, names) } });
const remove =
  (...names: string[]) =>
  (twin: Twin) => ({ members: { remove: idsOf(twin, names) } });

/** A change of whichever group the id names. */
const ofSomeGroup = (title: string, id: (twin: Twin) => string | undefined, given = sales): Scenario => ({
  title,
  given,
  scim: (twin) => [
    'PATCH',
    `/Groups/${id(twin)}`,
    patch({ op: 'replace', path: 'displayName', value: 'Boss' }),
  ],
  graphql: (twin) => ({ id: id(twin), displayName: 'Boss' }),
  refusal: 'NOT_FOUND',
});

export const UPDATE_PROVISIONED_GROUP: Row = {
  scim: ['PUT /Groups/:id', 'PATCH /Groups/:id'],
  mutation: 'updateProvisionedGroup',
  selection: '{ group { id } membershipChange { accepted failed } }',
  scenarios: [
    patched('another name', renamed('Sales EMEA'), () => ({ displayName: 'Sales EMEA' })),
    patched(
      'another externalId',
      () => [{ op: 'add', path: 'externalId', value: 'g-9' }],
      () => ({ externalId: 'g-9' }),
    ),
    patched('someone more', adding('cy', 'ada'), add('cy', 'ada')),
    patched('someone less', removing('bob', 'cy', NOBODY), remove('bob', 'cy', NOBODY)),
    patched(
      'several operations at once',
      (twin) => [...adding('cy')(twin), ...removing('ada', 'bob')(twin), ...renamed('Sales EMEA')()],
      (twin) => ({
        displayName: 'Sales EMEA',
        members: { add: idsOf(twin, ['cy']), remove: idsOf(twin, ['ada', 'bob']) },
      }),
    ),
    patched(
      'all members, by replace',
      (twin) => [{ op: 'replace', path: 'members', value: values(twin, ['bob', 'cy']) }],
      (twin) => ({ members: { replace: idsOf(twin, ['bob', 'cy']) } }),
    ),
    patched(
      'nobody left',
      () => [{ op: 'remove', path: 'members' }],
      () => ({ members: { replace: [] } }),
    ),
    {
      ...patched(
        'everything, by PUT',
        () => [],
        (twin) => ({
          displayName: 'Team',
          externalId: 'g-2',
          members: { replace: idsOf(twin, ['cy']) },
        }),
      ),
      scim: (twin) => [
        'PUT',
        `/Groups/${twin.ids.Sales}`,
        { schemas: [GROUP], displayName: 'Team', externalId: 'g-2', members: values(twin, ['cy']) },
      ],
    },
    patched(
      'only people who are provisioned leave',
      () => [{ op: 'remove', path: 'members' }],
      () => ({ members: { replace: [] } }),
      {
        given: async (twin) => {
          await people(twin);
          await ordinary(twin, 'dee');
          await ordinaryGroup(twin, 'Sales', ['dee', 'bob']);
          await group(twin, 'Sales', ['ada']);
        },
      },
    ),
    patched('an ordinary group, where the connection sees all of them', adding('ada'), add('ada'), {
      showsAllGroups: true,
      given: async (twin) => {
        await people(twin);
        await ordinaryGroup(twin, 'Sales', ['bob']);
      },
    }),
    patched('what is so already', adding('ada'), add('ada'), { changesNothing: true }),
    patched('a taken name', renamed('SUPPORT'), () => ({ displayName: 'SUPPORT' }), { refusal: 'CONFLICT' }),
    patched('a blank name', renamed(' '), () => ({ displayName: ' ' }), {
      refusal: 'INVALID_INPUT',
      ownWords: true,
    }),
    patched('a member who is nobody', adding('cy', NOBODY), add('cy', NOBODY), { refusal: 'NOT_FOUND' }),
    {
      ...patched(
        'a stale version',
        () => [],
        (twin) => ({ ...add('cy')(twin), expectedVersion: 7 }),
      ),
      scim: (twin) => [
        'PATCH',
        `/Groups/${twin.ids.Sales}`,
        patch(...adding('cy')(twin)),
        { 'if-match': 'W/"7"' },
      ],
      refusal: 'PRECONDITION_FAILED',
    },
    ofSomeGroup('an id of nothing', () => NOBODY),
    ofSomeGroup('what is no id', () => 'sales'),
    ofSomeGroup('a person', ({ ids }) => ids.ada),
    ofSomeGroup(
      'an ordinary group',
      ({ ids }) => ids.Sales,
      (twin) => ordinaryGroup(twin, 'Sales'),
    ),
  ],
};

const ended = (title: string, id: string, more: Partial<Scenario> = {}): Scenario => ({
  title,
  given: sales,
  scim: ({ ids }) => ['DELETE', `/Groups/${ids[id] ?? id}`],
  graphql: ({ ids }) => ({ id: ids[id] ?? id }),
  ...more,
});

export const DEPROVISION_GROUP: Row = {
  scim: ['DELETE /Groups/:id'],
  mutation: 'deprovisionGroup',
  selection: '{ id kept }',
  scenarios: [
    ended('a group, which is gone', 'Sales'),
    ended('a group with ordinary people, which stays with them', 'Sales', {
      given: async (twin) => {
        await people(twin);
        await ordinary(twin, 'dee');
        await ordinaryGroup(twin, 'Sales', ['dee', 'bob']);
        await group(twin, 'Sales', ['ada']);
      },
    }),
    ended('an id of nothing', NOBODY, { refusal: 'NOT_FOUND' }),
    ended('an ordinary group', 'Circle', {
      given: (twin) => ordinaryGroup(twin, 'Circle'),
      refusal: 'NOT_FOUND',
    }),
    {
      ...ended('a stale version', 'Sales', { refusal: 'PRECONDITION_FAILED' }),
      scim: ({ ids }) => ['DELETE', `/Groups/${ids.Sales}`, undefined, { 'if-match': 'W/"7"' }],
      graphql: ({ ids }) => ({ id: ids.Sales, expectedVersion: 7 }),
    },
  ],
};
