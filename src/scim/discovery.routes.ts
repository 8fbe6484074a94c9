import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ScimProfile } from '../directory/profile.js';
import { notFound } from '../kernel/errors.js';
import {
  findResourceType,
  findSchema,
  listResourceTypes,
  listSchemas,
  serviceProviderConfig,
} from './discovery.js';

type ById = { Params: { id: string } };

export interface DiscoveryOptions {
  baseUrlOf: (request: Pick<FastifyRequest, 'headers'>) => string;
  /** Which rules a request is told about. */
  profileOf: (request: FastifyRequest) => Promise<ScimProfile>;
}

/** Discovery (RFC 7644 section 4, B6): needs no credential and is generated from what is really supported. */
export function discoveryRoutes({ baseUrlOf, profileOf }: DiscoveryOptions) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get('/ServiceProviderConfig', async (request) =>
      serviceProviderConfig(await profileOf(request), baseUrlOf(request)),
    );
    app.get('/Schemas', async (request) => listSchemas(await profileOf(request), baseUrlOf(request)));
    app.get<ById>('/Schemas/:id', async (request) => {
      const found = findSchema(await profileOf(request), request.params.id, baseUrlOf(request));
      if (!found) throw notFound('schema', request.params.id);
      return found;
    });
    app.get('/ResourceTypes', async (request) =>
      listResourceTypes(await profileOf(request), baseUrlOf(request)),
    );
    app.get<ById>('/ResourceTypes/:id', async (request) => {
      const found = findResourceType(await profileOf(request), request.params.id, baseUrlOf(request));
      if (!found) throw notFound('resource type', request.params.id);
      return found;
    });
  };
}
