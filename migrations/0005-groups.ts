import { Migration } from '@mikro-orm/migrations';

/** Groups and memberships with the states of accepted-then-applied (docs/decisions). */
export class Groups extends Migration {
  override up(): void {
    this.addSql(`
      create table groups (
        organization_id uuid not null references organizations (id),
        id uuid not null,
        display_name text not null,
        display_name_key text not null,
        external_id text,
        connection_id uuid,
        version integer not null default 1,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        primary key (organization_id, id),
        constraint groups_display_name_unique unique (organization_id, display_name_key),
        constraint groups_connection foreign key (organization_id, connection_id)
          references scim_connections (organization_id, id)
      )
    `);
    this.addSql(`
      create index groups_by_connection on groups (organization_id, connection_id, id)
    `);
    this.addSql(`
      create index groups_by_external_id on groups (organization_id, external_id) where external_id is not null
    `);
    this.addSql(`
      create table membership_changes (
        organization_id uuid not null references organizations (id),
        id uuid not null,
        group_id uuid not null,
        accepted integer not null,
        failed integer not null,
        request_id text not null,
        accepted_at timestamptz not null default now(),
        primary key (organization_id, id)
      )
    `);
    this.addSql(`
      create table memberships (
        organization_id uuid not null,
        group_id uuid not null,
        user_id uuid not null,
        state text not null check (state in ('adding', 'active', 'removing')),
        change_id uuid,
        accepted_at timestamptz not null default clock_timestamp(),
        applied_at timestamptz,
        primary key (organization_id, group_id, user_id),
        constraint memberships_group foreign key (organization_id, group_id) references groups (organization_id, id),
        constraint memberships_user foreign key (organization_id, user_id) references users (organization_id, id),
        constraint memberships_active_is_applied check (state <> 'active' or applied_at is not null)
      )
    `);
    this.addSql(`
      create index memberships_by_user on memberships (organization_id, user_id)
    `);
    this.addSql(`
      create index memberships_unsettled on memberships (organization_id, group_id, change_id) where state <> 'active'
    `);
    this.addSql(`
      create index memberships_unsettled_by_age on memberships (accepted_at) where state <> 'active'
    `);
    this.addSql(`
      select protect_organization_rows('groups'), protect_organization_rows('membership_changes'),
             protect_organization_rows('memberships')
    `);
    this.addSql(`
      select open_to_system_scope('memberships', 'select')
    `);
  }
}
