import { hash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../kernel/logger.js';
import { watchAnswer } from './answer-watch.js';
import { type Call, etagOf, type ListQuery, type ResourceEndpoint, type ScimAnswer } from './call.js';
import type { JsonObject } from './json-input.js';
import { toListResponse } from './list.js';
import { listQueryFrom, searchRequestFrom } from './list-query.js';
import { longAnswer } from './long-answer.js';
import { conditionIn, isKnown, versionsIn } from './preconditions.js';
import { ProtocolError } from './protocol-error.js';
import type { Query } from './request.js';

type ById = { Params: { id: string }; Querystring: Query };
type Listed = { Querystring: Query };

/** The call behind a request of its own. */
export const callOf = (request: FastifyRequest, reply: FastifyReply, logger: Logger): Call => {
  const { attributes, excludedAttributes } = request.query as Query;
  return {
    scim: request.scim,
    projection: { attributes, excludedAttributes },
    expectedVersion: conditionIn(request.headers['if-match'], request.headers['if-none-match']),
    answer: watchAnswer(reply.raw, logger),
    ignored: (name) => request.record?.ignore(name),
  };
};

/** The routes of one resource type (RFC 7644 section 3.2), each one function of its endpoint. */
export function resourceRoutes(endpoint: ResourceEndpoint, options: { logger: Logger; bodyLimit?: number }) {
  const { path } = endpoint;
  const { logger, ...limits } = options;
  return async (app: FastifyInstance): Promise<void> => {
    app.get<Listed>(path, async (request, reply) =>
      sendList(request, reply, callOf(request, reply, logger), listQueryFrom(request.query), endpoint.list),
    );
    app.post<Listed>(`${path}/.search`, async (request, reply) => {
      const query = searchRequestFrom(request.body);
      return sendList(request, reply, callOf(request, reply, logger), query, endpoint.list);
    });
    app.post<Listed>(path, limits, async (request, reply) =>
      send(request, reply, await endpoint.create(callOf(request, reply, logger), request.body)),
    );
    app.get<ById>(`${path}/:id`, async (request, reply) =>
      send(request, reply, await endpoint.read(callOf(request, reply, logger), request.params.id)),
    );
    app.put<ById>(`${path}/:id`, limits, async (request, reply) => {
      const call = callOf(request, reply, logger);
      return send(request, reply, await endpoint.replace(call, request.params.id, request.body));
    });
    app.patch<ById>(`${path}/:id`, limits, async (request, reply) => {
      const call = callOf(request, reply, logger);
      return send(request, reply, await endpoint.modify(call, request.params.id, request.body));
    });
    app.delete<ById>(`${path}/:id`, async (request, reply) =>
      send(request, reply, await endpoint.remove(callOf(request, reply, logger), request.params.id)),
    );
  };
}

const isRead = (request: FastifyRequest): boolean => request.method === 'GET' || request.method === 'HEAD';

/** `Location` says where the resource is, `Content-Location` that the body is it (RFC 9110 section 8.7). */
function send(request: FastifyRequest, reply: FastifyReply, answer: ScimAnswer): unknown {
  const { status, location, version, resource, rest } = answer;
  reply.code(status);
  if (version !== undefined) reply.header('etag', etagOf(version));
  if (resource && location) reply.headers({ location, 'content-location': location });
  if (!resource) return reply.removeHeader('content-type').send();
  if (isRead(request) && version !== undefined) {
    const versions = versionsIn(request.headers['if-match']);
    if (versions && !versions.includes(version)) {
      throw new ProtocolError(412, `The version of this resource is ${version}, and If-Match names another.`);
    }
    if (isKnown(request.headers['if-none-match'], etagOf(version))) return unchanged(reply);
  }
  if (!rest) return resource;
  // Nobody reads what follows the headers of a HEAD.
  return reply.send(request.method === 'HEAD' ? Readable.from([]) : longAnswer(resource, rest));
}

/** The same list is the same bytes, so their hash is its ETag. */
export async function sendList(
  request: FastifyRequest,
  reply: FastifyReply,
  call: Call,
  query: ListQuery,
  list: ResourceEndpoint['list'],
): Promise<unknown> {
  const body: JsonObject = toListResponse(await list(call, query), query);
  const text = JSON.stringify(body);
  if (!isRead(request)) return reply.send(text);
  const etag = `W/"${hash('sha256', text, 'base64url').slice(0, 22)}"`;
  reply.header('etag', etag);
  return isKnown(request.headers['if-none-match'], etag) ? unchanged(reply) : reply.send(text);
}

/** 304 has the ETag and no body (RFC 9110 section 15.4.5). */
const unchanged = (reply: FastifyReply): FastifyReply =>
  reply
    .code(304)
    .removeHeader('content-type')
    .removeHeader('location')
    .removeHeader('content-location')
    .send();
