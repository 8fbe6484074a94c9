import type { Work } from '../../kernel/operation.js';
import { admitUser, type LockedUser } from '../../licensing/admit-user.js';
import type { LicenseSettings } from '../../licensing/seat-pool.js';
import { SignInRefusal } from '../sign-in-refusal.js';
import { type Attempt, type Device, type Method, recordAttempt } from './attempts.js';
import type { LogoutTicket } from './logout-ticket.js';
import { openSession } from './sessions.js';

/** How a sign-in ended. A refusal is an outcome, not an error: what it used up stays used up. */
export type SignInOutcome =
  | { kind: 'signed in'; userId: string; sessionId: string; token: string; returnPath: string }
  | { kind: 'refused'; refusal: SignInRefusal; isTest: boolean }
  /** A test: what would have happened, and nothing did. */
  | { kind: 'tested'; userId: string | undefined };

/** Somebody whose proof was accepted, and how. */
export interface Proven {
  user: LockedUser;
  /** As they were read in this transaction. */
  licenses: LicenseSettings;
  connectionId: string | null;
  method: Method;
  device: Device;
  /** The cookie this browser has; its session ends. */
  replaces?: string | undefined;
  returnPath: string;
  /** What names the session at the provider it came from. */
  providerSession?: string | undefined;
  ticket?: LogoutTicket | undefined;
}

/** The license and the session, in the transaction that accepted the proof. Throws SignInRefusal when no seat is free. */
export async function enter(tx: Work, proven: Proven): Promise<SignInOutcome> {
  const { user, licenses, returnPath } = proven;
  const admission = await admitUser(tx, user, licenses);
  if (admission.outcome !== 'held') {
    const waits = admission.outcome === 'waiting';
    throw new SignInRefusal(
      waits ? 'waiting_for_license' : 'no_license',
      waits
        ? 'No license is free: this person waits in line for one.'
        : 'All licenses of the organization are taken.',
    );
  }
  const session = openSession(tx, { ...proven, userId: user.id });
  return { kind: 'signed in', userId: user.id, sessionId: session.id, token: session.token, returnPath };
}

/** Runs a sign-in and keeps what became of it; a SignInRefusal is committed with whatever was used up before. */
export async function attempting(
  tx: Work,
  attempt: Omit<Attempt, 'refusal'>,
  run: (noteUser: (userId: string) => void) => Promise<SignInOutcome>,
): Promise<SignInOutcome> {
  let userId = attempt.userId ?? null;
  try {
    const outcome = await run((id) => {
      userId = id;
    });
    if (outcome.kind === 'signed in') recordAttempt(tx, { ...attempt, userId: outcome.userId });
    return outcome;
  } catch (error) {
    if (!(error instanceof SignInRefusal)) throw error;
    recordAttempt(tx, { ...attempt, userId, refusal: error });
    return { kind: 'refused', refusal: error, isTest: false };
  }
}

/** The audit row of a sign-in; a refusal is in the list of attempts. */
export const auditOf = (outcome: SignInOutcome, method: Method) =>
  outcome.kind === 'signed in'
    ? { action: 'user.signedIn', target: outcome.userId, details: { method, sessionId: outcome.sessionId } }
    : undefined;
