import { Migration } from '@mikro-orm/migrations';

/** Invitations and what they bring: a role, groups and courses (B14, B34). */
export class Invitations extends Migration {
  override up(): void {
    this.addSql(`
      create table invitations (
        organization_id uuid not null references organizations (id),
        id uuid not null,
        email text not null,
        email_key text not null,
        role text not null check (role in ('admin', 'group_admin', 'user')),
        group_ids uuid[] not null default '{}',
        courses jsonb not null default '[]',
        state text not null check (state in ('pending', 'accepted', 'consumed', 'revoked', 'expired')),
        invited_by text not null,
        user_id uuid,
        created_at timestamptz not null default now(),
        consumed_at timestamptz,
        applied_at timestamptz,
        primary key (organization_id, id),
        constraint invitations_user foreign key (organization_id, user_id) references users (organization_id, id),
        constraint invitations_consumed_by_someone check (state <> 'consumed' or (user_id is not null and consumed_at is not null))
      )
    `);
    this.addSql(`
      create unique index invitations_one_pending on invitations (organization_id, email_key) where state = 'pending'
    `);
    this.addSql(`
      create index invitations_unapplied on invitations (consumed_at) where state = 'consumed' and applied_at is null
    `);
    this.addSql(`
      select protect_organization_rows('invitations')
    `);
    this.addSql(`
      select open_to_system_scope('invitations', 'select')
    `);
  }
}
