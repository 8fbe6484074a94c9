import { Migration } from '@mikro-orm/migrations';

/** Organizations and whether their people may sign in by SSO (B1). */
export class Organizations extends Migration {
  override up(): void {
    this.addSql(`
      create table organizations (
        id uuid primary key,
        slug text not null constraint organizations_slug_unique unique
          constraint organizations_slug_form check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
        name text not null,
        plan text not null check (plan in ('team', 'enterprise')),
        seats integer not null check (seats >= 0),
        created_at timestamptz not null default now()
      )
    `);
    this.addSql(`
      create table sso_connections (
        organization_id uuid not null references organizations (id),
        id uuid not null,
        kind text not null check (kind in ('simulated', 'saml', 'oidc')),
        status text not null check (status in ('active', 'disabled')),
        created_at timestamptz not null default now(),
        primary key (organization_id, id)
      )
    `);
    this.addSql(`
      select protect_organization_rows('organizations', 'id'), protect_organization_rows('sso_connections')
    `);
    this.addSql(`
      select open_to_system_scope('organizations', 'select')
    `);
  }
}
