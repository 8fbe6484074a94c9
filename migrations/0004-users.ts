import { Migration } from '@mikro-orm/migrations';

/** People. Keys are folded in TypeScript (architecture.md, data rules); the constraint decides uniqueness. */
export class Users extends Migration {
  override up(): void {
    this.addSql(`
      create table users (
        organization_id uuid not null references organizations (id),
        id uuid not null,
        user_name text,
        user_name_key text,
        email text not null,
        email_key text not null,
        external_id text,
        given_name text,
        family_name text,
        title text,
        employee_number text,
        active boolean not null default true,
        deactivated_by text check (deactivated_by in ('connection', 'admin')),
        role text not null default 'user' check (role in ('owner', 'admin', 'group_admin', 'user')),
        pending_role text check (pending_role in ('admin', 'group_admin')),
        connection_id uuid,
        deprovisioned_from uuid,
        deprovisioned_at timestamptz,
        version integer not null default 1,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        primary key (organization_id, id),
        constraint users_user_name_unique unique (organization_id, user_name_key),
        constraint users_email_unique unique (organization_id, email_key),
        constraint users_external_id_unique unique (organization_id, external_id),
        constraint users_connection foreign key (organization_id, connection_id)
          references scim_connections (organization_id, id),
        constraint users_deprovisioned_from foreign key (organization_id, deprovisioned_from)
          references scim_connections (organization_id, id),
        constraint users_managed_are_complete check (connection_id is null or user_name is not null),
        constraint users_inactive_says_why check (active or deactivated_by is not null),
        constraint users_owner_is_active check (role <> 'owner' or active)
      )
    `);
    this.addSql(`
      create index users_by_connection on users (organization_id, connection_id, id)
    `);
    this.addSql(`
      create table user_courses (
        organization_id uuid not null,
        user_id uuid not null,
        course_id text not null,
        course_name text not null,
        primary key (organization_id, user_id, course_id),
        foreign key (organization_id, user_id) references users (organization_id, id)
      )
    `);
    this.addSql(`
      select protect_organization_rows('users'), protect_organization_rows('user_courses')
    `);
  }
}
