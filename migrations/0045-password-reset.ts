import { Migration } from '@mikro-orm/migrations';

/**
 * A link that lets somebody choose another password. It is void from the moment its person may not use it any more, or
 * has another address, by whatever statement that happens (abuse 3).
 */
export class PasswordReset extends Migration {
  override up(): void {
    this.addSql(`
      alter table links drop constraint links_purpose_check,
        add constraint links_purpose_check check (purpose in ('invitation', 'verification', 'password-reset'))
    `);
    this.addSql(`
      create function void_password_links() returns trigger language plpgsql as $$
      begin
        update links set used_at = now()
        where organization_id = new.organization_id and subject_id = new.id and purpose = 'password-reset'
          and used_at is null;
        return null;
      end $$
    `);
    this.addSql(`
      create trigger users_void_password_links after update on users for each row when (
        old.active and not new.active or old.email_key is distinct from new.email_key
        or old.connection_id is null and new.connection_id is not null
      ) execute function void_password_links()
    `);
  }
}
