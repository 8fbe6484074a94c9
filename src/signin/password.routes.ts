import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { countAttempt } from '../access/count-attempt.js';
import { verifyPassword } from '../access/password.js';
import { passwordHash } from '../access/passwords.queries.js';
import { PlaceQueue } from '../access/place-queue.js';
import { signInPage } from '../access/sign-in.queries.js';
import { signInByPassword } from '../access/sign-in-by-password.js';
import { networkOf } from '../access/visitor-limits.js';
import { fold } from '../kernel/fold.js';
import { sessionCookie } from './cookies.js';
import { answer, requireOwnForm, type SignInOptions, visit } from './door.js';
import { safeReturnPath } from './return-path.js';
import { sendPage, signInPageBody } from './sign-in-pages.js';
import { SIGN_IN_TEXTS } from './sign-in-texts.js';

const MAX_FORM_BYTES = 8_192;
const MAX_EMAIL = 320;
/** Nobody mistypes ten times, and an office shares an address. Attempts count, not requests (abuse 11). */
const WINDOW_SECONDS = 15 * 60;
const ATTEMPTS_PER_ACCOUNT = 10;
const ATTEMPTS_PER_CLIENT = 100;

/** `/signin/<slug>/password`: for people who registered here (B36); wrong and unknown look the same and take as long. */
export function mountPassword(app: FastifyInstance, options: SignInOptions): void {
  app.post('/signin/:slug/password', { bodyLimit: MAX_FORM_BYTES }, (request, reply) =>
    attempts.run(() => attempt(options, request, reply)),
  );
}

/**
 * What is beyond these is refused before PostgreSQL hears of it: attempts come no faster than passwords can be hashed, and
 * a flood of them must not make anybody else wait.
 */
const attempts = new PlaceQueue({ running: 4, waiting: 40 });

async function attempt(options: SignInOptions, request: FastifyRequest, reply: FastifyReply) {
  const at = await visit(options, request);
  requireOwnForm(request);
  const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
  const email = (form.get('email') ?? '').trim().slice(0, MAX_EMAIL).toWellFormed();
  const to = safeReturnPath(form.get('to')) ?? '';
  const { allowed: isAllowed, retryAfter } = await countAttempt(at.context, {
    kind: 'password',
    subjects: [
      { value: `account ${fold(email)}`, limit: ATTEMPTS_PER_ACCOUNT },
      { value: `client ${networkOf(at.device.address)}`, limit: ATTEMPTS_PER_CLIENT },
    ],
    windowSeconds: WINDOW_SECONDS,
  });
  if (!isAllowed) reply.header('retry-after', retryAfter);
  const known = isAllowed ? await passwordHash(at.context, { email }) : undefined;
  const isRight = isAllowed && (await verifyPassword(form.get('password') ?? '', known?.hash));
  const outcome = await signInByPassword(at.context, {
    ...known,
    isRight,
    isAllowed,
    returnPath: to,
    device: at.device,
    replaces: sessionCookie(request.headers.cookie),
  });
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
