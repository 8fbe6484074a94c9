import { Migration } from '@mikro-orm/migrations';

/**
 * What is left of a person whose data was erased (B38), and who let go of whom (B39).
 *
 * The runtime role may not update the provisioning log, and a column grant would let any of its statements put any text
 * into history. So the one change that erasure needs is a function of the owner: it only empties, only in the organization
 * of the transaction, and only for a person whose own row says that they were erased. Row-level security is forced, so the
 * owner too sees the rows of that organization alone.
 */
export class ErasureAndRelease extends Migration {
  override up(): void {
    this.addSql(`
      alter table users
        add column released_from uuid,
        add constraint users_released_from foreign key (organization_id, released_from)
          references scim_connections (organization_id, id),
        add constraint users_released_are_nobodys check (released_from is null or connection_id is null),
        add constraint users_erased_say_nothing check (erased_at is null or (
          user_name is null and user_name_key is null and email is null and email_key is null and external_id is null
          and given_name is null and family_name is null and title is null and employee_number is null
          and attributes = '{}' and role = 'user' and connection_id is null))
    `);
    this.addSql(`
      create table erased_identities (
        organization_id uuid not null references organizations (id),
        fingerprint bytea not null,
        erased_at timestamptz not null default now(),
        primary key (organization_id, fingerprint)
      )
    `);
    this.addSql(`
      select protect_organization_rows('erased_identities')
    `);
    this.addSql(`
      select open_to_system_scope('erased_identities', 'select')
    `);
    this.addSql(`
      create function erase_from_provisioning_log(person uuid, identities text[]) returns integer
      language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
      declare
        organization uuid := nullif(current_setting('app.organization_id', true), '')::uuid;
        emptied integer;
      begin
        if not exists (
          select from public.users u where u.organization_id = organization and u.id = person and u.erased_at is not null
        ) then
          raise exception 'The provisioning log is emptied only of people who were erased.';
        end if;
        -- Refusals are written some time after their answer: those under way are waited for, later ones see the tombstone.
        perform pg_advisory_xact_lock(7243513);
        update public.provisioning_log l
        set changes = coalesce((
              select jsonb_object_agg(name, case when name in ('active', 'provisioned') then l.changes -> name
                else '{"before": null, "after": null}' end)
              from jsonb_object_keys(l.changes) as name), '{}'),
            detail = null, normalisations = '{}', ignored = '{}', address = '', user_agent = null
        where l.organization_id = organization and l.target_id = person;
        get diagnostics emptied = row_count;
        -- An answer that was lost has a row of its own, about nobody, with the request id of the row that tells of whom.
        update public.provisioning_log l set detail = null, address = '', user_agent = null
        where l.organization_id = organization and l.target_id is null and l.request_id = any (array(
          select o.request_id from public.provisioning_log o
          where o.organization_id = organization and o.target_id = person));
        update public.provisioning_log l set detail = null, address = '', user_agent = null
        where l.organization_id = organization and l.outcome in ('refused', 'failed') and exists (
          select from unnest(identities) as value where position(lower(value) in lower(l.detail)) > 0);
        return emptied;
      end $$
    `);
    this.addSql(`
      revoke all on function erase_from_provisioning_log(uuid, text[]) from public
    `);
    this.addSql(`
      grant execute on function erase_from_provisioning_log(uuid, text[]) to rollcall_organization
    `);
  }
}
