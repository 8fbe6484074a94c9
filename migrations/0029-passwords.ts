import { Migration } from '@mikro-orm/migrations';

/** The passwords of people who sign in by one: argon2id in its encoded form, beside the person and never with them. */
export class Passwords extends Migration {
  override up(): void {
    this.addSql(`
      create table passwords (
        organization_id uuid not null,
        user_id uuid not null,
        hash text not null check (hash like '$argon2id$%'),
        changed_at timestamptz not null default now(),
        primary key (organization_id, user_id),
        constraint passwords_user foreign key (organization_id, user_id) references users (organization_id, id)
      )
    `);
    this.addSql(`
      select protect_organization_rows('passwords')
    `);
  }
}
