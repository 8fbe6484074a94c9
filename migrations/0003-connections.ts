import { Migration } from '@mikro-orm/migrations';

/** SCIM connections and the credentials of every non-human caller. Only hashes are kept (B3). */
export class Connections extends Migration {
  override up(): void {
    this.addSql(`
      create table scim_connections (
        organization_id uuid not null references organizations (id),
        id uuid not null,
        provider text not null check (provider in ('okta', 'entra', 'onelogin', 'custom')),
        profile text not null check (profile in ('standard', 'rfc')),
        status text not null check (status in ('active', 'disabled')),
        shows_all_groups boolean not null default false,
        created_at timestamptz not null default now(),
        primary key (organization_id, id)
      )
    `);
    this.addSql(`
      create table scim_credentials (
        organization_id uuid not null,
        id uuid not null,
        connection_id uuid not null,
        kind text not null check (kind in ('bearer', 'basic')),
        lookup_id text not null constraint scim_credentials_lookup_unique unique,
        secret_hash bytea not null,
        last_four text not null,
        label text not null,
        created_by text not null,
        created_at timestamptz not null default now(),
        expires_at timestamptz,
        revoked_at timestamptz,
        last_used_at timestamptz,
        last_used_address text,
        last_used_agent text,
        primary key (organization_id, id),
        constraint scim_credentials_connection foreign key (organization_id, connection_id)
          references scim_connections (organization_id, id)
      )
    `);
    this.addSql(`
      create table api_tokens (
        organization_id uuid not null references organizations (id),
        id uuid not null,
        role text not null check (role in ('owner', 'admin', 'group_admin', 'user')),
        lookup_id text not null constraint api_tokens_lookup_unique unique,
        secret_hash bytea not null,
        last_four text not null,
        created_by text not null,
        created_at timestamptz not null default now(),
        revoked_at timestamptz,
        last_used_at timestamptz,
        primary key (organization_id, id)
      )
    `);
    this.addSql(`
      select protect_organization_rows('scim_connections'), protect_organization_rows('scim_credentials'),
             protect_organization_rows('api_tokens')
    `);
    this.addSql(`
      select open_to_system_scope('scim_connections', 'select'),
             open_to_system_scope('scim_credentials', 'select, update (last_used_at, last_used_address, last_used_agent)'),
             open_to_system_scope('api_tokens', 'select, update (last_used_at)')
    `);
  }
}
