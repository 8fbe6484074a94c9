import type { FastifyInstance } from 'fastify';
import { register } from 'prom-client';
import type { Database } from './kernel/database.js';

/** For orchestrators and monitoring: alive, able to serve, and how it is doing. Neither needs a credential. */
export function mountHealth(app: FastifyInstance, database: Database): void {
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const reachable = await database.isReachable();
    return reply.code(reachable ? 200 : 503).send({ status: reachable ? 'ok' : 'database unreachable' });
  });
  app.get('/metrics', async (_request, reply) =>
    reply.type(register.contentType).send(await register.metrics()),
  );
}
