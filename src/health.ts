import type { FastifyInstance } from 'fastify';
import { register } from 'prom-client';
import type { Database } from './kernel/database.js';

/**
 * For orchestrators and monitoring: alive, able to serve, and how it is doing. Neither needs a credential. A process that
 * is `stopping` still serves and says that it should not be sent anything more (F16).
 */
export function mountHealth(app: FastifyInstance, database: Database, stopping?: AbortSignal): void {
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    if (stopping?.aborted) return reply.code(503).send({ status: 'stopping' });
    const reachable = await database.isReachable();
    return reply.code(reachable ? 200 : 503).send({ status: reachable ? 'ok' : 'database unreachable' });
  });
  app.get('/metrics', async (_request, reply) =>
    reply.type(register.contentType).send(await register.metrics()),
  );
}
