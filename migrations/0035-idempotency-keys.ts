import { Migration } from '@mikro-orm/migrations';

/**
 * What a command returned to a request with an Idempotency-Key, for a day, written in the transaction of its change. The
 * result is sealed with a key made from the caller's credential, which is kept nowhere.
 */
export class IdempotencyKeys extends Migration {
  override up(): void {
    this.addSql(`
      create table idempotency_keys (
        organization_id uuid not null references organizations (id),
        actor text not null,
        key text not null,
        request_hash bytea not null,
        result bytea not null,
        created_at timestamptz not null default now(),
        primary key (organization_id, actor, key)
      )
    `);
    this.addSql(`
      create index idempotency_keys_by_age on idempotency_keys (created_at)
    `);
    this.addSql(`
      select protect_organization_rows('idempotency_keys')
    `);
    this.addSql(`
      select open_to_system_scope('idempotency_keys', 'delete, select (organization_id, actor, key, created_at)')
    `);
  }
}
