import type { FastifyInstance } from 'fastify';
import type { DiscoveryOptions } from './discovery.routes.js';
import { openapiDocument } from './openapi.js';

/** `/openapi.json`: needs no credential, like the rest of discovery (B6). */
export function openapiRoutes({ baseUrlOf, profileOf }: DiscoveryOptions) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get('/openapi.json', async (request, reply) => {
      reply.header('content-type', 'application/json; charset=utf-8');
      return openapiDocument(await profileOf(request), baseUrlOf(request));
    });
  };
}
