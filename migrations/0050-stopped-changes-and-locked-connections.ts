import { Migration } from '@mikro-orm/migrations';

/** A bulk change ends when whoever asked for it could not ask for it any more; `stop_reason` says why. */
export class StoppedChangesAndLockedConnections extends Migration {
  override up(): void {
    this.addSql(`
      alter table bulk_changes
        drop constraint bulk_changes_state_check,
        add constraint bulk_changes_state_check check (state in ('waiting', 'running', 'done', 'cancelled', 'stopped')),
        add column stop_reason text check (stop_reason in ('REQUESTER_INACTIVE', 'REQUESTER_ROLE', 'CREDENTIAL_REVOKED')),
        add constraint bulk_changes_stop check ((state = 'stopped') = (stop_reason is not null))
    `);
  }
}
