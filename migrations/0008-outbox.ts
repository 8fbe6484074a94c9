import { Migration } from '@mikro-orm/migrations';

/** What workers must learn of; a row is deleted once its job is in the queue. */
export class Outbox extends Migration {
  override up(): void {
    this.addSql(`
      create table outbox (
        organization_id uuid not null references organizations (id),
        id uuid not null,
        topic text not null,
        ids jsonb not null,
        request_id text not null,
        created_at timestamptz not null default now(),
        primary key (organization_id, id)
      )
    `);
    this.addSql(`
      create index outbox_in_order on outbox (id)
    `);
    this.addSql(`
      select protect_organization_rows('outbox')
    `);
    this.addSql(`
      select open_to_system_scope('outbox', 'select, update, delete')
    `);
    this.addSql(`
      revoke select, update, delete on outbox from rollcall_organization
    `);
  }
}
