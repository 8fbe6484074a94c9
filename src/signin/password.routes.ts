import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HASHES_AT_ONCE } from '../access/password.js';
import { PlaceQueue, RETRY_AFTER_SECONDS } from '../access/place-queue.js';
import { signInPage } from '../access/sign-in.queries.js';
import { countedSubjects, signInByPassword } from '../access/sign-in-by-password.js';
import { show, told } from './answer.js';
import { sessionCookie } from './cookies.js';
import { answer, requireOwnForm, type SignInOptions, visit } from './door.js';
import { ReachedLimits } from './reached-limits.js';
import { safeReturnPath } from './return-path.js';
import { refusedPageBody, sendPage, signInPageBody } from './sign-in-pages.js';
import { SIGN_IN_TEXTS } from './sign-in-texts.js';
import { readerOf } from './visit.js';

const MAX_FORM_BYTES = 8_192;
const MAX_EMAIL = 320;

/**
 * One is looked up while another is hashed, and some two seconds of hashing wait. What is beyond that is refused before
 * its form is read and before PostgreSQL hears of it: a flood of passwords must not make anybody else wait.
 */
const attempts = new PlaceQueue({ running: HASHES_AT_ONCE + 1, waiting: 40 * HASHES_AT_ONCE });

/** `/signin/<slug>/password`: for people who registered here (B36); wrong and unknown look the same and take as long. */
export function mountPassword(app: FastifyInstance, options: SignInOptions): void {
  const reached = new ReachedLimits();
  app.post('/signin/:slug/password', {
    bodyLimit: MAX_FORM_BYTES,
    onRequest: async (request, reply) => (attempts.isFull ? busy(request, reply) : undefined),
    handler: (request, reply) => {
      const typed = typedIn(request);
      const seconds = reached.secondsLeft(typed.slug, typed.subjects);
      if (seconds !== undefined) return tooMany(request, reply, seconds);
      return attempts.run(() => attempt(options, request, reply, { ...typed, reached }));
    },
  });
}

interface Typed {
  slug: string;
  email: string;
  password: string;
  to: string;
  /** Who is counted: the account and the client. */
  subjects: readonly string[];
}

function typedIn(request: FastifyRequest): Typed {
  const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
  const { slug = '' } = request.params as { slug?: string };
  const email = (form.get('email') ?? '').trim().slice(0, MAX_EMAIL).toWellFormed();
  return {
    slug,
    email,
    password: form.get('password') ?? '',
    to: safeReturnPath(form.get('to')) ?? '',
    subjects: countedSubjects(email, request.ip),
  };
}

async function attempt(
  options: SignInOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  { slug, email, password, to, reached }: Typed & { reached: ReachedLimits },
) {
  const at = await visit(options, request);
  requireOwnForm(request);
  const outcome = await signInByPassword(at.context, {
    email,
    password,
    returnPath: to,
    device: at.device,
    replaces: sessionCookie(request.headers.cookie),
  });
  const limit = outcome.kind === 'refused' ? outcome.refusal.limit : undefined;
  if (limit) reached.remember(slug, limit.reached, limit.retryAfter);
  if (outcome.kind === 'refused' && outcome.refusal.reason === 'wrong_password') {
    const { name, connections } = await signInPage(at.context, {});
    const shown = { connections, hasPasswords: true, to, email, refused: 'wrong_password' } as const;
    return sendPage(reply, 403, {
      language: at.language,
      title: SIGN_IN_TEXTS[at.language].to(name),
      body: signInPageBody(at.language, at.path, shown),
    });
  }
  return answer(reply, at, outcome, { subject: undefined, attributes: {} });
}

function busy(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const reader = readerOf(request);
  const { busyTitle, busyText } = reader.words;
  return show(reply, reader, { ...told(503, busyTitle, busyText), retryAfter: RETRY_AFTER_SECONDS });
}

/** As `answer` does it for whoever the database refused. */
function tooMany(request: FastifyRequest, reply: FastifyReply, seconds: number): FastifyReply {
  const { slug = '' } = request.params as { slug?: string };
  const { language } = readerOf(request);
  const body = refusedPageBody(language, `/signin/${encodeURIComponent(slug)}`, {
    reason: 'too_many_attempts',
    requestId: request.id,
  });
  reply.header('retry-after', seconds);
  return sendPage(reply, 429, { language, title: SIGN_IN_TEXTS[language].failed, body });
}
