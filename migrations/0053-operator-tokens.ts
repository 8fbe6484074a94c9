import { Migration } from '@mikro-orm/migrations';

/**
 * Credentials of whoever sells the product (docs/decisions/0053). They belong to no organization, so the role of
 * organizations has no way to them: the system scope alone finds, makes and ends them. Rows are never deleted.
 */
export class OperatorTokens extends Migration {
  override up(): void {
    this.addSql(`
      create table operator_tokens (
        id uuid primary key,
        label text not null,
        lookup_id text not null constraint operator_tokens_lookup_unique unique,
        secret_hash bytea not null,
        last_four text not null,
        created_at timestamptz not null default now(),
        expires_at timestamptz not null constraint operator_tokens_end check (expires_at > created_at),
        revoked_at timestamptz,
        last_used_at timestamptz
      )
    `);
    this.addSql(`alter table operator_tokens enable row level security`);
    this.addSql(`alter table operator_tokens force row level security`);
    this.addSql(`
      select open_to_system_scope('operator_tokens', 'select, insert, update (revoked_at, last_used_at)')
    `);
  }
}
