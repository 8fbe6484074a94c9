import type { FastifyInstance } from 'fastify';
import { resourceIndex } from '../directory/resources.queries.js';
import { DomainError } from '../kernel/errors.js';
import type { Logger } from '../kernel/logger.js';
import type { ResourceEndpoint } from './call.js';
import { toGroupResource } from './group-resource.js';
import { listQueryFrom, searchRequestFrom } from './list-query.js';
import { isWanted, project, readProjection } from './projection.js';
import type { Query } from './request.js';
import { callOf, sendList } from './resource.routes.js';
import { ROUTES } from './route-list.js';
import { toUserResource } from './user-resource.js';

/** People and groups together (RFC 7644 sections 3.4.2.1 and 3.4.3); each shows the attributes that it has. */
const list: ResourceEndpoint['list'] = async ({ scim }, { filter, sort, page, projection }) => {
  const { User, Group } = scim.profile.resources;
  const ofUser = readProjection(projection, User);
  const ofGroup = readProjection(projection, Group);
  const withGroups = isWanted(ofUser, 'groups');
  const withMembers = isWanted(ofGroup, 'members');
  const { rows, ...found } = await resourceIndex(scim.context, {
    filter,
    sort,
    page,
    baseUrl: scim.baseUrl,
    withGroups,
    withMembers,
  });
  const resources = rows.map((row) =>
    row.kind === 'User'
      ? project(toUserResource(row.user, row.groups, scim.baseUrl, User), ofUser)
      : project(toGroupResource(row.group, row.members, scim.baseUrl), ofGroup),
  );
  return { ...found, rows: resources };
};

async function refuseMe(): Promise<never> {
  throw new DomainError(
    'NOT_SUPPORTED',
    'The credential of a connection belongs to no person, so there is no /Me. Ask for /Users/{id} instead.',
  );
}

/** What is at the base URL itself, and `/Me`. */
export function rootRoutes({ logger }: { logger: Logger }) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get<{ Querystring: Query }>('/', async (request, reply) =>
      sendList(request, reply, callOf(request, reply, logger), listQueryFrom(request.query), list),
    );
    app.post('/.search', async (request, reply) => {
      const query = searchRequestFrom(request.body);
      return sendList(request, reply, callOf(request, reply, logger), query, list);
    });
    const methods = ROUTES.filter((route) => route.kind === 'me').map((route) => route.method);
    app.route({ method: methods, url: '/Me', handler: refuseMe });
  };
}
