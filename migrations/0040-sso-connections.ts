import { Migration } from '@mikro-orm/migrations';

/**
 * What an SSO connection is made of (B37). `settings` holds what its kind needs and is no secret; the client secret of
 * OIDC is sealed (R8). `matches` says by which attribute a first sign-in meets the person SCIM provisioned.
 */
export class SsoConnections extends Migration {
  override up(): void {
    this.addSql(`
      alter table sso_connections
        add column name text not null default 'Single sign-on',
        add column settings jsonb not null default '{}',
        add column sealed_secret bytea,
        add column matches text not null default 'external_id'
          check (matches in ('external_id', 'user_name', 'nothing')),
        add column creates_people boolean not null default true,
        add column allows_provider_start boolean not null default false,
        add column updated_at timestamptz not null default now()
    `);
    // A response of a provider finds its connection by its issuer.
    this.addSql(`
      create unique index sso_connections_one_saml on sso_connections (organization_id, (settings ->> 'entityId'))
      where status = 'active' and kind = 'saml'
    `);
  }
}
