import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from '../kernel/logger.js';
import { runBulk } from './bulk.js';
import { bulkRequestFrom, MAX_BULK_BYTES } from './bulk-request.js';
import type { ScimErrorBody } from './errors.js';
import { groupsEndpoint } from './groups.routes.js';
import { callOf } from './resource.routes.js';
import { usersEndpoint } from './users.routes.js';

/** What a failed operation answers, as the same operation in a request of its own would. */
export type BulkErrors = (error: unknown, request: FastifyRequest) => ScimErrorBody;

/** `/Bulk` (RFC 7644 section 3.7). The request itself answers 200 whatever became of its operations. */
export function bulkRoutes({ logger, toError }: { logger: Logger; toError: BulkErrors }) {
  return async (app: FastifyInstance): Promise<void> => {
    app.post('/Bulk', { bodyLimit: MAX_BULK_BYTES }, async (request, reply) =>
      runBulk(bulkRequestFrom(request.body), callOf(request, reply, logger), {
        endpoints: [usersEndpoint, groupsEndpoint],
        toError: (error) => toError(error, request),
        record: (subject) => request.record?.part(subject),
      }),
    );
  };
}
