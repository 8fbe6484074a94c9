import { Migration } from '@mikro-orm/migrations';

/**
 * The key that seals a connection's paging cursors (RFC 9865), made by the database: every process of the service reads
 * the same one, no setting is needed, and a cursor of one connection is noise to another.
 */
export class CursorKeys extends Migration {
  override up(): void {
    this.addSql(`
      alter table scim_connections add column cursor_key bytea not null
        default sha256((gen_random_uuid()::text || gen_random_uuid()::text)::bytea)
    `);
  }
}
