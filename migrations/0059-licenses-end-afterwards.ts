import { Migration } from '@mikro-orm/migrations';

/**
 * A BEFORE trigger makes PostgreSQL compute every generated column of the row at every update, and one that names no
 * columns has its condition parsed by each: together a seventh of a PATCH of `active` (docs/decisions/0058). So the
 * statement that ends `active` ends the license as well, as this version's do; for those that do not, such as an older
 * process during a deployment, a trigger does it afterwards, which the check would not live to see.
 */
export class LicensesEndAfterwards extends Migration {
  override up(): void {
    this.addSql(`
      drop trigger users_inactive_gives_license_back on users
    `);
    this.addSql(`
      drop trigger users_license_taken on users
    `);
    this.addSql(`
      drop trigger users_license_given_back on users
    `);
    this.addSql(`
      alter table users drop constraint users_inactive_holds_no_license
    `);
    this.addSql(`
      create or replace function end_license() returns trigger language plpgsql as $$
      begin
        if new.active then
          return null;
        end if;
        if new.license is not null then
          update users set license = null, license_taken_at = null
          where organization_id = new.organization_id and id = new.id;
        end if;
        if old.active then
          delete from license_requests where organization_id = new.organization_id and user_id = new.id;
        end if;
        return null;
      end $$
    `);
    this.addSql(`
      create trigger users_inactive_holds_no_license after update of active, license on users
      for each row execute function end_license()
    `);
    this.addSql(`
      create trigger users_license_taken after update of license on users for each row
      when (new.license is not null and new.license is distinct from old.license) execute function count_license_taken()
    `);
    // Deferred to the commit: the pool is the last lock of every transaction, and held for the shortest time.
    this.addSql(`
      create constraint trigger users_license_given_back after update of license on users
      deferrable initially deferred for each row
      when (old.license is not null and new.license is distinct from old.license)
      execute function count_license_given_back()
    `);
  }
}
