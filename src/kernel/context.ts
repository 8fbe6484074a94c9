import type { RawBuilder } from 'kysely';
import type { CredentialCheck } from './credential-check.js';
import type { Database } from './database.js';
import type { IdempotencyKey } from './idempotency.js';
import type { Permission, Role } from './permissions.js';

/** Who is acting. It decides visibility (B11) and is what the audit log names. */
export type Actor =
  | {
      kind: 'connection';
      id: string;
      credentialId: string;
      provider: string;
      profile: 'standard' | 'rfc';
      showsAllGroups: boolean;
    }
  | {
      kind: 'token';
      id: string;
      /** What the token acts with at this moment. */
      role: Role;
      /** The person it acts as; absent for a service. */
      userId?: string;
    }
  /** Somebody who is signed in; `id` is that of the session. */
  | { kind: 'session'; id: string; role: Role; userId: string }
  | { kind: 'operator'; id: string; role: 'owner' }
  /** Whoever sells the product, over the API; of no organization. */
  | { kind: 'operator_token'; id: string }
  | { kind: 'worker'; id: string }
  /** Nobody yet: whoever holds a link or fills in a public form (B34, B36). */
  | { kind: 'visitor'; id: string };

/** What one command changed of one thing: for each attribute what it was and is, for lists what came and went. */
export interface RecordedChange {
  /** The id of the row that changed. */
  target: string;
  changes: Record<string, unknown>;
}

/**
 * What an operation may ask of the world outside: a provider's documents, and where the world finds us. Never inside a
 * transaction. The app hands it in with the caller.
 */
export interface Outside {
  /** As `fetch`, through the guarded client: public HTTPS addresses, no redirects, 5 seconds, 1 MiB (abuse 20). */
  fetch(
    url: string,
    options?: { method?: string; headers?: Record<string, string>; body?: string | Uint8Array | null },
  ): Promise<Response>;
  /** The text of a document; INVALID_INPUT unless the answer is 200. */
  text(url: string, accept: string): Promise<string>;
  /** Where an organization's people sign in, without a trailing slash. */
  signinUrlOf(slug: string): string;
}

/**
 * The first argument of every operation: which organization, on whose behalf, with which permissions. It is made once,
 * from the credential (R1), and never changes.
 */
export interface Context {
  readonly database: Database;
  readonly organizationId: string;
  readonly actor: Actor;
  readonly permissions: ReadonlySet<Permission>;
  /** Absent for workers, who ask nobody. */
  readonly outside?: Outside;
  /** Travels into logs, audit rows, outbox rows and jobs, and back to the client. */
  readonly requestId: string;
  /** Absent where the credential was looked up for this very request. */
  readonly check?: CredentialCheck;
  /** What the caller may repeat this request with; the one command of the request answers for it. */
  readonly idempotencyKey?: IdempotencyKey | undefined;
  /**
   * Whether a command of this request was committed. Its answer may still have to be read, and when that fails nobody may be
   * told that nothing was changed (I2). Absent where nobody waits for an answer.
   */
  readonly progress?: { isStored: boolean };
  /**
   * The statement that keeps what a command recorded. It runs inside the command's transaction, with its audit row and
   * last before commit: what it writes exists exactly when the change does. When it fails, nothing was changed.
   */
  readonly keepRecord?: (recorded: readonly RecordedChange[]) => RawBuilder<unknown> | undefined;
}
