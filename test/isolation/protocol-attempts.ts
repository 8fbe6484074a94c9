import { newUser } from '../support/people.js';
import { type Attempt, type Attempts, claims, RESOURCE_ATTEMPTS } from './scim-attempts.js';
import { sameUserAs, type World } from './world.js';

const MESSAGES = 'urn:ietf:params:scim:api:messages:2.0';

const filtersOfUsers = (theirs: World): string[] => [
  `id eq "${theirs.ids.user}"`,
  `userName eq "${sameUserAs(theirs).userName}"`,
  `externalId eq "${sameUserAs(theirs).externalId}"`,
];
const filtersOfGroups = (theirs: World): string[] => [
  `id eq "${theirs.ids.group}"`,
  `displayName eq "Team of ${theirs.organization.slug}"`,
  `members.value eq "${theirs.ids.user}"`,
];
const filtersOfBoth = (theirs: World): string[] => [...filtersOfUsers(theirs), ...filtersOfGroups(theirs)];

const search =
  (path: string, filters: (theirs: World) => string[]): Attempts =>
  (_mine, theirs) =>
    filters(theirs).map((filter) => ({
      title: filter,
      path: `${path}/.search`,
      body: { schemas: [`${MESSAGES}:SearchRequest`], filter },
      status: 200,
      found: 0,
    }));

/** One bulk request that makes the attempts of a route in its operations. */
function bulk(route: string, attempts: Attempt[]): Attempt[] {
  if (attempts.length === 0) return [];
  const [method] = route.split(' ');
  const Operations = attempts.map(({ path, body }, index) => ({
    method,
    path,
    ...(method === 'POST' && { bulkId: `b${index}` }),
    ...(body !== undefined && { data: body }),
  }));
  return [
    {
      title: `${route}: ${attempts.map(({ title }) => title).join('; ')}`,
      path: '/Bulk',
      body: { schemas: [`${MESSAGES}:BulkRequest`], Operations },
      status: 200,
      operations: attempts.map(({ status }) => status),
    },
  ];
}

/** Everything that is tried by itself, but what takes a name for good: their ids in paths, in data and in members. */
function bulkAttempts(mine: World, theirs: World): Attempt[] {
  const created: Attempt = {
    title: 'with everything claimed that can be',
    path: '/Users',
    body: newUser(undefined, claims(theirs)),
    status: 201,
  };
  const ofRoutes = Object.entries(RESOURCE_ATTEMPTS).flatMap(([route, attempts]) => {
    if (route.startsWith('GET ')) return [];
    const served = attempts(mine, theirs).filter(({ status }) => status !== 201);
    return [
      ...bulk(
        route,
        served.filter(({ status }) => status === 404),
      ),
      ...bulk(
        route,
        served.filter(({ status }) => status !== 404),
      ),
    ];
  });
  return [...ofRoutes, ...bulk('POST /Users', [created])];
}

/** A connection is no person, so there is nobody whose row could be meant. */
const me: Attempts = (_mine, theirs) => [
  { title: 'as their person', path: `/Me?id=${theirs.ids.user}`, body: claims(theirs), status: 501 },
];
const withoutBody: Attempts = (mine, theirs) =>
  me(mine, theirs).map(({ body: _unsent, ...attempt }) => attempt);

/** Every SCIM route; a route that is not here fails the build. HEAD is tried as GET is. */
export const SCIM_ATTEMPTS: Readonly<Record<string, Attempts>> = {
  ...RESOURCE_ATTEMPTS,
  'POST /Users/.search': search('/Users', filtersOfUsers),
  'POST /Groups/.search': search('/Groups', filtersOfGroups),
  'POST /.search': search('', filtersOfBoth),
  'GET /': (_mine, theirs) =>
    filtersOfBoth(theirs).map((filter) => ({
      title: filter,
      path: `/?filter=${encodeURIComponent(filter)}`,
      status: 200,
      found: 0,
    })),
  'POST /Bulk': bulkAttempts,
  'GET /Me': withoutBody,
  'POST /Me': me,
  'PUT /Me': me,
  'PATCH /Me': me,
  'DELETE /Me': withoutBody,
};

/** The attempts of one route of the router's table, or undefined when nobody thought of it. */
export function attemptsAt(route: string, mine: World, theirs: World): Attempt[] | undefined {
  return SCIM_ATTEMPTS[route.replace(/^HEAD /, 'GET ')]?.(mine, theirs);
}
