import { Migration } from '@mikro-orm/migrations';

/** One row per change, written in its transaction and never updated. */
export class AuditLog extends Migration {
  override up(): void {
    this.addSql(`
      create table audit_log (
        organization_id uuid not null references organizations (id),
        id uuid not null,
        at timestamptz not null default now(),
        actor_kind text not null,
        actor_id text not null,
        action text not null,
        target_id text not null,
        request_id text not null,
        details jsonb not null,
        primary key (organization_id, id)
      )
    `);
    this.addSql(`
      create index audit_log_by_target on audit_log (organization_id, target_id, id)
    `);
    this.addSql(`
      select protect_organization_rows('audit_log')
    `);
    this.addSql(`
      revoke update, delete on audit_log from rollcall_organization
    `);
  }
}
