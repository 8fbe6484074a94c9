import { Migration } from '@mikro-orm/migrations';

/** The two runtime roles and the one way a table is closed to other organizations (architecture.md, three nets). */
export class Roles extends Migration {
  override up(): void {
    this.addSql(`
      do $$
      declare
        runtime_role text;
      begin
        foreach runtime_role in array array['rollcall_organization', 'rollcall_system'] loop
          if not exists (select from pg_roles where rolname = runtime_role) then
            begin
              execute format('create role %I nologin nobypassrls', runtime_role);
            exception when duplicate_object or unique_violation then
              -- Roles belong to the whole server: another database of it is being migrated at this moment.
              null;
            end;
          end if;
        end loop;
      end $$
    `);
    this.addSql(`
      grant rollcall_organization, rollcall_system to current_user
    `);
    this.addSql(`
      create function protect_organization_rows(target regclass, key text default 'organization_id') returns void
      language plpgsql as $$
      begin
        execute format('alter table %s enable row level security', target);
        execute format('alter table %s force row level security', target);
        execute format(
          'create policy organization_rows on %s to rollcall_organization using (%I = nullif(current_setting(%L, true), %L)::uuid)',
          target, key, 'app.organization_id', '');
        execute format('grant select, insert, update, delete on %s to rollcall_organization', target);
      end $$
    `);
    this.addSql(`
      create function open_to_system_scope(target regclass, privileges text) returns void
      language plpgsql as $$
      begin
        -- The login role is a member of both roles and inherits their policies; only who has become the role may pass.
        execute format('create policy system_scope on %s to rollcall_system using (current_user = %L)', target, 'rollcall_system');
        execute format('grant %s on %s to rollcall_system', privileges, target);
      end $$
    `);
  }
}
