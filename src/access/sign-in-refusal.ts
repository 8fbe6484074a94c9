/** Why a sign-in failed, in one word an administrator can look up. */
export type RefusalReason =
  /** What the provider sent is not what its protocol prescribes. */
  | 'malformed'
  | 'unknown_connection'
  | 'provider_said_no'
  | 'signature'
  | 'issuer'
  | 'audience'
  | 'recipient'
  | 'destination'
  | 'expired'
  | 'not_yet_valid'
  | 'subject'
  | 'replayed'
  /** Nobody here asked for it, or too long ago, or it was used already. */
  | 'unknown_request'
  | 'other_browser'
  | 'provider_start_off'
  | 'token'
  | 'provider_unreachable'
  | 'email_missing'
  | 'email_taken'
  | 'not_invited'
  | 'conflict'
  | 'needs_link'
  | 'deactivated'
  | 'no_license'
  | 'waiting_for_license'
  | 'wrong_password'
  | 'too_many_attempts';

/** A limit on attempts that was reached: in how many seconds it has passed, and of whom. */
export interface ReachedLimit {
  retryAfter: number;
  reached: readonly string[];
}

/** Nobody is signed in; `detail` names the check that failed, what arrived and what was expected, for administrators. */
export class SignInRefusal extends Error {
  override readonly name = 'SignInRefusal';

  constructor(
    readonly reason: RefusalReason,
    readonly detail: string,
    /** Who the provider said it is, once that is known. */
    readonly subject?: string,
    /** With `too_many_attempts`. */
    readonly limit?: ReachedLimit,
  ) {
    super(`${reason}: ${detail}`);
  }
}
