import type { FastifyRequest } from 'fastify';
import type { Visits } from '../graphql/visits.js';
import { type Visitor, type VisitorRequest, visitorAt, visitorByLink } from './invitations/visitor.js';
import type { Database } from './kernel/database.js';
import { NO_ORGANIZATION } from './kernel/tenancy.js';
import { hostOf, type Origin } from './origin.js';
import { sessionCookie } from './signin/cookies.js';

/** How a request without a credential comes to an organization over GraphQL; undefined for one that carries any. */
export function visitsOf(
  request: FastifyRequest,
  { database, origin }: { database: Database; origin: Origin },
): Visits | undefined {
  const { authorization, cookie } = request.headers;
  if (authorization !== undefined || sessionCookie(cookie) !== undefined) return undefined;
  const hostSlug = origin.slugOf(hostOf(request.raw));
  const visiting: VisitorRequest = { database, hostSlug, requestId: request.id };
  const guest = async (visitor: Promise<Visitor>) => ({ ...(await visitor), client: request.ip });
  return {
    nobody: {
      database,
      organizationId: NO_ORGANIZATION,
      actor: { kind: 'visitor', id: 'visitor' },
      permissions: new Set(),
      requestId: request.id,
    },
    at: (slug) => guest(visitorAt(visiting, slug)),
    byLink: (purpose, token) => guest(visitorByLink(visiting, purpose, token)),
  };
}
