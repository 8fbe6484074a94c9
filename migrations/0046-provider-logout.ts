import { Migration } from '@mikro-orm/migrations';

/**
 * Signing out at the provider: what a session has to say to the provider it came from, our key that signs what we say
 * (sealed, R8), and when the documents of a provider are read again.
 */
export class ProviderLogout extends Migration {
  override up(): void {
    this.addSql(`
      alter table sessions add column provider_session text, add column sealed_logout bytea
    `);
    this.addSql(`
      create index sessions_of_provider on sessions (organization_id, connection_id, provider_session)
      where ended_at is null
    `);
    this.addSql(`
      create table saml_keys (
        organization_id uuid not null primary key references organizations (id),
        certificate text not null,
        sealed_key bytea not null,
        created_at timestamptz not null default now()
      )
    `);
    this.addSql(`
      select protect_organization_rows('saml_keys')
    `);
    // Null where there is nothing to read again: a file, or the simulator.
    this.addSql(`
      alter table sso_connections add column refresh_at timestamptz, add column refreshed_at timestamptz,
        add column refresh_error text, add column failing_since timestamptz
    `);
    this.addSql(`
      update sso_connections set refresh_at = now() where kind = 'oidc' or settings ->> 'metadataUrl' is not null
    `);
    // Across organizations: the worker asks for whichever is due.
    this.addSql(`
      create index sso_connections_due on sso_connections (refresh_at) where status = 'active'
    `);
    // Authenticating an identity provider asks whether SSO is active (B1).
    this.addSql(`
      select open_to_system_scope('sso_connections', 'select (organization_id, id, status, refresh_at)')
    `);
  }
}
