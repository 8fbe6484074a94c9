import type { RawBuilder } from 'kysely';
import type { Database } from './database.js';
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
  | { kind: 'token'; id: string; role: Role }
  | { kind: 'operator'; id: string; role: 'owner' }
  | { kind: 'worker'; id: string };

/** What one command changed of one thing: for each attribute what it was and is, for lists what came and went. */
export interface RecordedChange {
  /** The id of the row that changed. */
  target: string;
  changes: Record<string, unknown>;
}

/**
 * The first argument of every operation: which organization, on whose behalf, with which permissions. It is made once,
 * from the credential (R1 of reliability.md), and never changes.
 */
export interface Context {
  readonly database: Database;
  readonly organizationId: string;
  readonly actor: Actor;
  readonly permissions: ReadonlySet<Permission>;
  /** Travels into logs, audit rows, outbox rows and jobs, and back to the client. */
  readonly requestId: string;
  /**
   * The statement that keeps what a command recorded. It runs inside the command's transaction, with its audit row and
   * last before commit: what it writes exists exactly when the change does. When it fails, nothing was changed.
   */
  readonly keepRecord?: (recorded: readonly RecordedChange[]) => RawBuilder<unknown> | undefined;
}
