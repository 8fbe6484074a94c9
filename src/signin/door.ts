import type { FastifyReply, FastifyRequest } from 'fastify';
import type { SignInOutcome } from '../access/sign-in/outcome.js';
import type { RefusalReason } from '../access/sign-in-refusal.js';
import { type ServiceProvider, serviceProvider } from '../access/sso-connections.queries.js';
import type { Context, Outside } from '../kernel/context.js';
import type { Database } from '../kernel/database.js';
import { DomainError } from '../kernel/errors.js';
import type { Logger } from '../kernel/logger.js';
import { VISITOR_PERMISSIONS } from '../kernel/permissions.js';
import type { Language } from '../organizations/organization.entity.js';
import { organizationIdOf } from '../organizations/organizations.queries.js';
import { hostOf, type Origin } from '../origin.js';
import type { SentAttributes } from './asserted.js';
import { setSession } from './cookies.js';
import { languageOf } from './language.js';
import { isSameOrigin } from './same-origin.js';
import { refusedPageBody, sendPage, testPageBody } from './sign-in-pages.js';
import { SIGN_IN_TEXTS } from './sign-in-texts.js';

/** What the sign-in door is built from. */
export interface SignInOptions {
  database: Database;
  outside: Outside;
  origin: Origin;
  logger: Logger;
  /** Sends people who came by plain HTTP to HTTPS: passwords and assertions are in these forms. */
  production: boolean;
}

/** A request at the sign-in page of one organization. */
export interface Visit {
  context: Context;
  language: Language;
  /** Where the organization's pages are on this host, and its page to sign in at. */
  path: string;
  page: string;
  ours: ServiceProvider;
  device: { address: string; agent: string };
}

const MAX_AGENT = 300;
const STATUS: Partial<Record<RefusalReason, number>> = { too_many_attempts: 429, provider_unreachable: 502 };

/** Who visits which organization; NOT_FOUND for an unknown slug and for a host that names another organization (R1). */
export async function visit(options: SignInOptions, request: FastifyRequest): Promise<Visit> {
  const { slug = '' } = request.params as { slug?: string };
  const named = options.origin.slugOf(hostOf(request.raw));
  if (!/^[a-z0-9-]{1,63}$/.test(slug) || (named !== undefined && named !== slug)) throw unknown(slug);
  const organizationId = await organizationIdOf(options.database, slug);
  return {
    context: {
      database: options.database,
      organizationId,
      actor: { kind: 'visitor', id: 'sign-in' },
      permissions: new Set(VISITOR_PERMISSIONS),
      outside: options.outside,
      requestId: request.id,
    },
    language: languageOf(request.headers['accept-language'], 'en'),
    path: `/signin/${slug}`,
    page: `/signin/${slug}`,
    ours: serviceProvider(options.outside.signinUrlOf(slug)),
    device: {
      address: request.ip,
      agent: (request.headers['user-agent'] ?? '').slice(0, MAX_AGENT).toWellFormed(),
    },
  };
}

const unknown = (slug: string): DomainError =>
  new DomainError('NOT_FOUND', `No organization '${slug.slice(0, 63)}'.`);

/** A form of our own pages; no other site has a reason to send one (abuse 13). */
export function requireOwnForm(request: FastifyRequest): void {
  if (isSameOrigin(request.headers)) return;
  throw new DomainError('FORBIDDEN', 'This form was sent from a page of another site.');
}

/** The answer to a sign-in that ended. */
export function answer(
  reply: FastifyReply,
  at: Visit,
  outcome: SignInOutcome,
  sent: { subject: string | undefined; attributes: SentAttributes },
): FastifyReply {
  if (outcome.kind === 'signed in') {
    const to = outcome.returnPath === '' ? `${at.path}/home` : outcome.returnPath;
    return reply
      .header('cache-control', 'no-store')
      .header('set-cookie', setSession(outcome.token))
      .redirect(to, 303);
  }
  if (outcome.kind === 'tested' || outcome.isTest) {
    const failed = outcome.kind === 'refused';
    const verdict = failed
      ? `Failed check '${outcome.refusal.reason}': ${outcome.refusal.detail}`
      : `Every check passed. ${outcome.userId ? `It meets the person ${outcome.userId}.` : 'A new person would be created.'}`;
    return sendPage(reply, 200, {
      language: 'en',
      title: 'Test sign-in',
      body: testPageBody({ verdict, failed, ...sent }),
    });
  }
  const { reason, limit } = outcome.refusal;
  if (limit) reply.header('retry-after', limit.retryAfter);
  return sendPage(reply, STATUS[reason] ?? 403, {
    language: at.language,
    title: SIGN_IN_TEXTS[at.language].failed,
    body: refusedPageBody(at.language, at.page, { reason, requestId: at.context.requestId }),
  });
}
