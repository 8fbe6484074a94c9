import { newUser, patch } from '../support/people.js';
import { sameUserAs, type World } from './world.js';

/** One request with another organization's ids in it. */
export interface Attempt {
  title: string;
  path: string;
  body?: unknown;
  /** 404 changes nothing anywhere; a 2xx is served from the caller's own rows alone. */
  status: number;
  /** How many rows a list finds. */
  found?: number;
  /** What each operation of a bulk request gets; the request itself is a 200 whatever becomes of them. */
  operations?: number[];
}

export type Attempts = (mine: World, theirs: World) => Attempt[];

const find = (resource: string, filter: string): Attempt => ({
  title: filter,
  path: `/${resource}?filter=${encodeURIComponent(filter)}`,
  status: 200,
  found: 0,
});

const members = (...ids: string[]) => ids.map((value) => ({ value }));

const eachUser = ({ ids }: World, suffix = ''): [title: string, path: string][] => [
  ['a provisioned person', `/Users/${ids.user}${suffix}`],
  ['an ordinary person', `/Users/${ids.person}${suffix}`],
  ['the owner', `/Users/${ids.owner}${suffix}`],
  ['a group, as a person', `/Users/${ids.group}${suffix}`],
];

const eachGroup = ({ ids }: World, suffix = ''): [title: string, path: string][] => [
  ['a provisioned group', `/Groups/${ids.group}${suffix}`],
  ['an ordinary group', `/Groups/${ids.circle}${suffix}`],
  ['a person, as a group', `/Groups/${ids.user}${suffix}`],
];

const missing = (places: [title: string, path: string][], body?: unknown): Attempt[] =>
  places.map(([title, path]) => ({ title, path, status: 404, ...(body !== undefined && { body }) }));

/** What a body can say of another organization; none of it is the client's to say (B9, B17, B21). */
export const claims = ({ organization, ids }: World) => ({
  id: ids.user,
  organizationId: organization.id,
  organization_id: organization.id,
  connectionId: ids.connection,
  groups: members(ids.group),
  meta: { location: `https://${organization.slug}.example/Users/${ids.user}` },
});

const changeMembers = (
  title: string,
  { ids }: World,
  status: number,
  ...operations: Record<string, unknown>[]
) => ({
  title,
  path: `/Groups/${ids.group}`,
  body: patch(...operations),
  status,
});

const rename = patch({ op: 'replace', path: 'displayName', value: 'taken over' });
const retitle = patch({ op: 'replace', path: 'title', value: 'taken over' });

/** The routes of people and groups. */
export const RESOURCE_ATTEMPTS: Readonly<Record<string, Attempts>> = {
  'GET /Users': (_mine, theirs) => [
    find('Users', `id eq "${theirs.ids.user}"`),
    find('Users', `userName eq "${sameUserAs(theirs).userName}"`),
    find('Users', `externalId eq "${sameUserAs(theirs).externalId}"`),
    find('Users', `emails.value eq "owner@${theirs.organization.slug}.example"`),
  ],
  'POST /Users': (_mine, theirs) => [
    { title: 'the same identity, as somebody new', path: '/Users', body: sameUserAs(theirs), status: 201 },
    {
      title: 'with everything claimed that can be',
      path: '/Users',
      body: newUser(undefined, claims(theirs)),
      status: 201,
    },
  ],
  'GET /Users/:id': (_mine, theirs) =>
    missing([...eachUser(theirs), ...eachUser(theirs, '?attributes=groups')]),
  'PUT /Users/:id': (mine, theirs) => [
    ...missing(eachUser(theirs), newUser()),
    {
      title: 'own, claiming',
      path: `/Users/${mine.ids.colleague}`,
      body: newUser(undefined, claims(theirs)),
      status: 200,
    },
  ],
  'PATCH /Users/:id': (mine, theirs) => [
    ...missing(eachUser(theirs), retitle),
    ...missing(eachUser(theirs), patch({ op: 'replace', value: { active: false } })),
    {
      title: 'own, claiming',
      path: `/Users/${mine.ids.colleague}`,
      body: patch(
        { op: 'replace', value: claims(theirs) },
        { op: 'add', path: 'groups', value: members(theirs.ids.group) },
      ),
      status: 200,
    },
  ],
  'DELETE /Users/:id': (_mine, theirs) => missing(eachUser(theirs)),
  'GET /Groups': (_mine, theirs) => [
    find('Groups', `id eq "${theirs.ids.group}"`),
    find('Groups', `displayName eq "Team of ${theirs.organization.slug}"`),
    find('Groups', `members.value eq "${theirs.ids.user}"`),
    find('Groups', `members eq "${theirs.ids.person}"`),
  ],
  'POST /Groups': (mine, { organization, ids }) => [
    {
      title: 'the same name',
      path: '/Groups',
      body: { displayName: `Team of ${organization.slug}` },
      status: 201,
    },
    {
      title: 'their member',
      path: '/Groups',
      body: { displayName: 'x', members: members(ids.user) },
      status: 404,
    },
    {
      title: 'their member beside an own one',
      path: '/Groups',
      body: { displayName: 'x', members: members(mine.ids.user, ids.person) },
      status: 404,
    },
  ],
  'GET /Groups/:id': (_mine, theirs) =>
    missing([...eachGroup(theirs), ...eachGroup(theirs, '?attributes=members')]),
  'PUT /Groups/:id': (mine, theirs) => [
    ...missing(eachGroup(theirs), { displayName: 'taken over', members: [] }),
    {
      title: 'own, with their member',
      path: `/Groups/${mine.ids.group}`,
      body: { displayName: 'x', members: members(mine.ids.user, theirs.ids.colleague) },
      status: 404,
    },
  ],
  'PATCH /Groups/:id': (mine, theirs) => {
    const { user, colleague } = theirs.ids;
    return [
      ...missing(eachGroup(theirs), rename),
      ...missing(eachGroup(theirs), patch({ op: 'remove', path: 'members' })),
      ...missing(eachGroup(theirs), patch({ op: 'add', path: 'members', value: members(mine.ids.user) })),
      changeMembers('add', mine, 404, { op: 'add', path: 'members', value: members(user) }),
      changeMembers('add without a path', mine, 404, { op: 'add', value: { members: members(user) } }),
      changeMembers('replace', mine, 404, {
        op: 'replace',
        path: 'members',
        value: members(mine.ids.user, user),
      }),
      changeMembers('add by value path', mine, 404, {
        op: 'add',
        path: `members[value eq "${user}"]`,
        value: {},
      }),
      changeMembers(
        'one bad operation among good ones',
        mine,
        404,
        { op: 'replace', path: 'displayName', value: 'half done' },
        { op: 'add', path: 'members', value: members(mine.ids.colleague) },
        { op: 'add', path: 'members', value: members(colleague) },
      ),
      // B29: removing an absent member is no error, and theirs is absent here.
      changeMembers('remove', mine, 204, { op: 'remove', path: 'members', value: members(user) }),
      changeMembers('remove by value path', mine, 204, { op: 'remove', path: `members[value eq "${user}"]` }),
    ];
  },
  'DELETE /Groups/:id': (_mine, theirs) => missing(eachGroup(theirs)),
};
