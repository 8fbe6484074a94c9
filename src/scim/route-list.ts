/** One thing that can be asked of this door. */
export interface ScimRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the base URL; a segment that begins with `:` is a parameter. */
  readonly path: string;
  readonly kind: 'discovery' | 'resource' | 'search' | 'bulk' | 'me';
  /** The resource it speaks of, where it is one. */
  readonly resource?: 'User' | 'Group';
  readonly summary: string;
  /** The section of RFC 7644 it follows. */
  readonly section: string;
}

type Entry = Omit<ScimRoute, 'kind' | 'resource'>;

const discovery = (path: string, summary: string): ScimRoute => ({
  method: 'GET',
  path,
  kind: 'discovery',
  summary,
  section: '4',
});

const resource = (name: 'User' | 'Group', noun: string): readonly ScimRoute[] => {
  const path = `/${name}s`;
  const byId = `${path}/:id`;
  const entries: readonly Entry[] = [
    { method: 'GET', path, summary: `List, filter, sort and page ${noun}s.`, section: '3.4.2' },
    { method: 'POST', path, summary: `Create a ${noun}, or adopt the one who exists.`, section: '3.3' },
    { method: 'GET', path: byId, summary: `Read a ${noun}.`, section: '3.4.1' },
    { method: 'PUT', path: byId, summary: `Replace a ${noun}.`, section: '3.5.1' },
    { method: 'PATCH', path: byId, summary: `Change some attributes of a ${noun}.`, section: '3.5.2' },
    { method: 'DELETE', path: byId, summary: `End the provisioning of a ${noun}.`, section: '3.6' },
  ];
  const search: Entry = {
    method: 'POST',
    path: `${path}/.search`,
    summary: `List ${noun}s by a search in the body.`,
    section: '3.4.3',
  };
  return [
    ...entries.map((entry) => ({ ...entry, kind: 'resource' as const, resource: name })),
    { ...search, kind: 'search', resource: name },
  ];
};

const me = (method: ScimRoute['method']): ScimRoute => ({
  method,
  path: '/Me',
  kind: 'me',
  summary: 'Not supported: a connection is no person.',
  section: '3.11',
});

/** Everything below `/scim/v2`: what answers 405 and `Allow`, and what the OpenAPI document lists. */
export const ROUTES: readonly ScimRoute[] = [
  discovery('/ServiceProviderConfig', 'What this service supports.'),
  discovery('/Schemas', 'The attributes that are supported.'),
  discovery('/Schemas/:id', 'One schema, by URN or as User, Users, Group, Groups.'),
  discovery('/ResourceTypes', 'The resources that are supported.'),
  discovery('/ResourceTypes/:id', 'One resource type by name.'),
  discovery('/openapi.json', 'This document.'),
  ...resource('User', 'user'),
  ...resource('Group', 'group'),
  {
    method: 'GET',
    path: '/',
    kind: 'search',
    summary: 'List users and groups together.',
    section: '3.4.2.1',
  },
  {
    method: 'POST',
    path: '/.search',
    kind: 'search',
    summary: 'List users and groups together by a search in the body.',
    section: '3.4.3',
  },
  { method: 'POST', path: '/Bulk', kind: 'bulk', summary: 'Many operations in one request.', section: '3.7' },
  ...(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const).map(me),
];

const segmentsOf = (path: string): string[] => path.split('/').filter((segment) => segment !== '');

const PATTERNS = ROUTES.map((route) => ({ route, segments: segmentsOf(route.path) }));

/** The routes of a path below the base URL, trailing and doubled slashes aside; a fixed segment beats a parameter. */
export function routesAt(path: string): readonly ScimRoute[] {
  const sent = segmentsOf(path);
  const matching = PATTERNS.filter(
    ({ segments }) =>
      segments.length === sent.length && segments.every((one, at) => one.startsWith(':') || one === sent[at]),
  );
  const exact = matching.filter(({ segments }) => segments.every((one) => !one.startsWith(':')));
  return (exact.length > 0 ? exact : matching).map(({ route }) => route);
}
