import formbody from '@fastify/formbody';
import type { FastifyInstance } from 'fastify';
import type { Logger } from '../kernel/logger.js';
import { accessRoutes } from './access.routes.js';
import { refusalPage, show, told } from './answer.js';
import { invitationRoutes } from './invitation.routes.js';
import { resetRoutes } from './reset.routes.js';
import { isSameOrigin } from './same-origin.js';
import { verificationRoutes } from './verification.routes.js';
import { readerOf, type SigninOptions } from './visit.js';

/** A form of ours has a few short fields. */
const MAX_FORM_BYTES = 16 * 1024;

export interface SigninDoorOptions extends SigninOptions {
  logger: Logger;
  /** Sends readers who came by plain HTTP to HTTPS: there are passwords in these forms. */
  production: boolean;
}

/** Mounts `/signin`: pages without script for people who have no credential yet (B36). Every refusal is a page too. */
export async function mountSignin(app: FastifyInstance, options: SigninDoorOptions): Promise<void> {
  await app.register(
    async (pages) => {
      pages.removeAllContentTypeParsers();
      await pages.register(formbody, { bodyLimit: MAX_FORM_BYTES });
      pages.addHook('onRequest', async (request, reply) => {
        if (options.production && request.protocol !== 'https') {
          return reply.redirect(`${options.origin.urlOf(request.headers.host)}${request.url}`, 308);
        }
        if (request.method !== 'POST' || isSameOrigin(request.headers)) return undefined;
        const reader = readerOf(request);
        return show(reply, reader, told(403, reader.words.foreignTitle, reader.words.foreignText));
      });
      pages.setNotFoundHandler((request, reply) => {
        const reader = readerOf(request);
        return show(reply, reader, told(404, reader.words.notFoundTitle, reader.words.notFoundText));
      });
      pages.setErrorHandler((error, request, reply) => {
        const reader = readerOf(request);
        const { words } = reader;
        const status = (error as { statusCode?: number }).statusCode ?? 500;
        const known = refusalPage(error, words);
        if (known) return show(reply, reader, known);
        if (status < 500) return show(reply, reader, told(status, words.foreignTitle, words.foreignText));
        options.logger.error({ err: error, requestId: request.id }, 'a sign-in page failed');
        return show(reply, reader, told(500, words.busyTitle, words.busyText));
      });
      await pages.register(accessRoutes, options);
      await pages.register(verificationRoutes, options);
      await pages.register(invitationRoutes, options);
      await pages.register(resetRoutes, options);
    },
    { prefix: '/signin' },
  );
}
