import { Migration } from '@mikro-orm/migrations';

/** What an administrator calls a connection, and which credential another one takes the place of (B2, B3). */
export class ConnectionSetUp extends Migration {
  override up(): void {
    this.addSql(`
      alter table scim_connections add column label text not null default ''
    `);
    this.addSql(`
      alter table scim_credentials
        add column replaces uuid,
        add constraint scim_credentials_replaces foreign key (organization_id, replaces)
          references scim_credentials (organization_id, id)
    `);
    this.addSql(`
      create index scim_credentials_by_connection on scim_credentials (organization_id, connection_id, id)
    `);
  }
}
