import type { FastifyRequest } from 'fastify';
import { acceptsJson } from './media-type.js';
import { ProtocolError } from './protocol-error.js';
import { parameter, type Query } from './request.js';
import { routesAt } from './route-list.js';

/** Where this door is mounted. */
export const PREFIX = '/scim/v2';

/** The path below the base URL, without the query, and without the origin that a request line may begin with. */
const pathOf = (url: string): string => {
  const [target = ''] = url.replace(/^[a-z]+:\/\/[^/?#]*/i, '').split('?', 1);
  const path = target.replace(/\/{2,}/g, '/');
  return path.startsWith(PREFIX) ? path.slice(PREFIX.length) : path;
};

/**
 * Refuses, before a body is read or a credential looked up, what no route answers: an unknown path 404, another method
 * 405 with `Allow`, a filter on discovery 403 (RFC 7644 section 4), an `Accept` without JSON 406.
 */
export function checkRequest(request: FastifyRequest): void {
  const path = pathOf(request.url);
  const routes = routesAt(path);
  const [first] = routes;
  if (!first) {
    throw new ProtocolError(
      404,
      `There is nothing at ${request.method} ${request.url.split('?')[0]}. The resources are /Users, /Groups, /Bulk, /ServiceProviderConfig, /Schemas and /ResourceTypes below the base URL.`,
    );
  }
  const methods: string[] = routes.map((route) => route.method);
  if (methods.includes('GET')) methods.push('HEAD');
  if (!methods.includes(request.method)) {
    const allow = methods.join(', ');
    throw new ProtocolError(405, `${path} answers ${allow}, not ${request.method}.`, { headers: { allow } });
  }
  if (first.kind === 'discovery' && parameter(request.query as Query, 'filter') !== undefined) {
    throw new ProtocolError(
      403,
      `${path} cannot be filtered (RFC 7644 section 4). Leave the filter out; the answer is short.`,
    );
  }
  if (!acceptsJson(request.headers.accept)) {
    throw new ProtocolError(
      406,
      `Answers are application/scim+json, which the Accept header '${String(request.headers.accept).slice(0, 100)}' excludes. Accept that type, application/json or */*.`,
    );
  }
}
