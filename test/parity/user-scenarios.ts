import { patch } from '../support/people.js';
import {
  asScim,
  group,
  NOBODY,
  ordinary,
  person,
  provisioned,
  type Row,
  type Scenario,
  type Twin,
} from './twins.js';

const invited = (twin: Twin, name: string) =>
  twin.organization.graphql('mutation ($input: InviteUserInput!) { inviteUser(input: $input) { id } }', {
    input: { email: `${name}@people.example`, role: 'ADMIN', courses: [{ id: 'c1', name: 'Safety' }] },
  });

/** A POST of someone, in both spellings. */
const post = (
  title: string,
  attributes: Record<string, unknown>,
  more: Partial<Scenario> = {},
): Scenario => ({
  title,
  scim: () => ['POST', '/Users', asScim(attributes)],
  graphql: () => attributes,
  ...more,
});

const ada = (twin: Twin) => provisioned(twin, 'ada');
const adaAndBob = async (twin: Twin) => {
  await ada(twin);
  await provisioned(twin, 'bob');
};
const owner = (twin: Twin) =>
  provisioned(twin, 'owner', { email: `owner@${twin.organization.slug}.example` });

export const PROVISION_USER: Row = {
  scim: ['POST /Users'],
  mutation: 'provisionUser',
  selection: '{ user { id } adopted }',
  scenarios: [
    post('a person with every attribute', person('ada')),
    post(
      'a person with what is required',
      person('ada', { givenName: null, familyName: null, title: null, employeeNumber: null }),
    ),
    post('someone who may not sign in', person('ada', { active: false })),
    post('someone who was invited', person('ada'), { given: (twin) => invited(twin, 'ada') }),
    post('an ordinary person, who is adopted', person('ada', { email: 'ADA@people.example' }), {
      given: (twin) => ordinary(twin, 'ada'),
    }),
    post('a person it deprovisioned, who comes back', person('ada'), {
      given: async (twin) => {
        await ada(twin);
        await twin.organization.scim('DELETE', `/Users/${twin.ids.ada}`);
      },
    }),
    post('a taken userName', person('bob', { userName: 'ADA@people.example' }), {
      given: ada,
      refusal: 'CONFLICT',
    }),
    post('a taken address', person('bob', { email: 'ada@people.example' }), {
      given: ada,
      refusal: 'CONFLICT',
    }),
    post('a taken externalId', person('bob', { externalId: 'x-ada' }), { given: ada, refusal: 'CONFLICT' }),
    post('values of different people', person('ada', { email: 'bob@people.example' }), {
      given: async (twin) => {
        await ada(twin);
        await twin.organization.scim('DELETE', `/Users/${twin.ids.ada}`);
        await ordinary(twin, 'bob');
      },
      refusal: 'CONFLICT',
    }),
    post(
      'an employeeNumber that stands in for the externalId',
      person('ada', { externalId: null, employeeNumber: 'N1' }),
    ),
    post('no externalId', person('ada', { externalId: null, employeeNumber: null }), {
      refusal: 'INVALID_INPUT',
    }),
    post('no userName', person('ada', { userName: '' }), { refusal: 'INVALID_INPUT', ownWords: true }),
    post('no address', person('ada', { email: undefined }), { refusal: 'INVALID_INPUT', ownWords: true }),
    post('what is no address', person('ada', { email: 'ada' }), { refusal: 'INVALID_INPUT', ownWords: true }),
    post('a blank userName', person('ada', { userName: ' ' }), { refusal: 'INVALID_INPUT', ownWords: true }),
    post('a userName no index can hold', person('ada', { userName: '\uFDFA'.repeat(200) }), {
      refusal: 'INVALID_INPUT',
      ownWords: true,
    }),
    post('a title that is too long', person('ada', { title: 't'.repeat(257) }), {
      refusal: 'INVALID_INPUT',
      ownWords: true,
    }),
    post('a name with NUL', person('ada', { givenName: 'a\u0000' }), {
      refusal: 'INVALID_INPUT',
      ownWords: true,
    }),
  ],
};

/** A change of Ada, as one PATCH operation without a path and as GraphQL's change. */
const patched = (
  title: string,
  value: Record<string, unknown>,
  change: Record<string, unknown>,
  more: Partial<Scenario> = {},
): Scenario => ({
  title,
  given: adaAndBob,
  scim: ({ ids }) => ['PATCH', `/Users/${ids.ada}`, patch({ op: 'replace', value })],
  graphql: ({ ids }) => ({ id: ids.ada, change }),
  ...more,
});

/** A change of whoever the id names; the others must stay as they are. */
const ofSomeone = (title: string, id: (twin: Twin) => string | undefined, given = ada): Scenario => ({
  title,
  given,
  scim: (twin) => ['PATCH', `/Users/${id(twin)}`, patch({ op: 'replace', path: 'title', value: 'Boss' })],
  graphql: (twin) => ({ id: id(twin), change: { title: 'Boss' } }),
  refusal: 'NOT_FOUND',
});

const inAGroup = async (twin: Twin) => {
  await adaAndBob(twin);
  await group(twin, 'Sales', ['ada', 'bob']);
};

export const UPDATE_PROVISIONED_USER: Row = {
  scim: ['PUT /Users/:id', 'PATCH /Users/:id'],
  mutation: 'updateProvisionedUser',
  selection: '{ user { id } changed }',
  scenarios: [
    patched(
      'names and title',
      { 'name.givenName': 'Augusta', title: 'Countess' },
      { givenName: 'Augusta', title: 'Countess' },
    ),
    patched(
      'userName and address',
      { userName: 'a@people.example', 'emails[type eq "work"].value': 'a@people.example' },
      {
        userName: 'a@people.example',
        email: 'a@people.example',
      },
    ),
    {
      ...patched('a title that is cleared', {}, { title: null }),
      scim: ({ ids }) => ['PATCH', `/Users/${ids.ada}`, patch({ op: 'remove', path: 'title' })],
    },
    {
      ...patched(
        'every attribute, by PUT',
        {},
        person('ada', { familyName: 'King', title: null, employeeNumber: '43' }),
      ),
      scim: ({ ids }) => [
        'PUT',
        `/Users/${ids.ada}`,
        asScim(person('ada', { familyName: 'King', title: null, employeeNumber: '43' })),
      ],
    },
    patched(
      'what is so already',
      { title: 'Engineer', active: 'True' },
      { title: 'Engineer', active: true },
      { changesNothing: true },
    ),
    patched(
      'a deactivation, which leaves all groups',
      { active: 'False' },
      { active: false },
      { given: inAGroup },
    ),
    patched(
      'a reactivation, which uses up an invitation',
      { active: true },
      { active: true },
      {
        given: async (twin) => {
          await provisioned(twin, 'ada', { active: false });
          await invited(twin, 'ada');
        },
      },
    ),
    patched(
      'a taken userName',
      { userName: 'BOB@people.example' },
      { userName: 'BOB@people.example' },
      { refusal: 'CONFLICT' },
    ),
    patched(
      'a taken address',
      { 'emails[type eq "work"].value': 'bob@people.example' },
      { email: 'bob@people.example' },
      { refusal: 'CONFLICT' },
    ),
    patched('a taken externalId', { externalId: 'x-bob' }, { externalId: 'x-bob' }, { refusal: 'CONFLICT' }),
    patched(
      'a userName that is cleared',
      { userName: '' },
      { userName: '' },
      { refusal: 'INVALID_INPUT', ownWords: true },
    ),
    patched(
      'a blank userName',
      { userName: ' ' },
      { userName: ' ' },
      { refusal: 'INVALID_INPUT', ownWords: true },
    ),
    patched(
      'what is no address',
      { 'emails[type eq "work"].value': 'b' },
      { email: 'b' },
      { refusal: 'INVALID_INPUT', ownWords: true },
    ),
    {
      ...patched('an externalId that is cleared', {}, { externalId: null, employeeNumber: null }),
      scim: ({ ids }) => [
        'PUT',
        `/Users/${ids.ada}`,
        asScim(person('ada', { externalId: null, employeeNumber: null })),
      ],
      refusal: 'INVALID_INPUT',
    },
    {
      ...patched('the deactivation of the owner', {}, {}),
      given: owner,
      scim: ({ ids }) => [
        'PATCH',
        `/Users/${ids.owner}`,
        patch({ op: 'Replace', path: 'active', value: 'False' }),
      ],
      graphql: ({ ids }) => ({ id: ids.owner, change: { active: false } }),
      refusal: 'INVALID_INPUT',
    },
    {
      ...patched('a stale version', {}, { title: 'Boss' }),
      scim: ({ ids }) => [
        'PATCH',
        `/Users/${ids.ada}`,
        patch({ op: 'replace', path: 'title', value: 'Boss' }),
        { 'if-match': 'W/"7"' },
      ],
      graphql: ({ ids }) => ({ id: ids.ada, change: { title: 'Boss' }, expectedVersion: 7 }),
      refusal: 'PRECONDITION_FAILED',
    },
    ofSomeone('an id of nobody', () => NOBODY),
    ofSomeone('what is no id', () => 'ada'),
    ofSomeone(
      'an ordinary person',
      ({ ids }) => ids.bob,
      (twin) => ordinary(twin, 'bob'),
    ),
    ofSomeone(
      'a group',
      ({ ids }) => ids.Sales,
      (twin) => group(twin, 'Sales'),
    ),
  ],
};

const ended = (title: string, name: string, more: Partial<Scenario> = {}): Scenario => ({
  title,
  given: ada,
  scim: ({ ids }) => ['DELETE', `/Users/${ids[name] ?? name}`],
  graphql: ({ ids }) => ({ id: ids[name] ?? name }),
  ...more,
});

export const DEPROVISION_USER: Row = {
  scim: ['DELETE /Users/:id'],
  mutation: 'deprovisionUser',
  selection: '',
  scenarios: [
    ended('a person, who leaves all groups', 'ada', { given: inAGroup }),
    ended('the owner', 'owner', { given: owner, refusal: 'INVALID_INPUT' }),
    ended('an id of nobody', NOBODY, { refusal: 'NOT_FOUND' }),
    ended('an ordinary person', 'bob', { given: (twin) => ordinary(twin, 'bob'), refusal: 'NOT_FOUND' }),
    {
      ...ended('a stale version', 'ada', { refusal: 'PRECONDITION_FAILED' }),
      scim: ({ ids }) => ['DELETE', `/Users/${ids.ada}`, undefined, { 'if-match': 'W/"7"' }],
      graphql: ({ ids }) => ({ id: ids.ada, expectedVersion: 7 }),
    },
  ],
};
