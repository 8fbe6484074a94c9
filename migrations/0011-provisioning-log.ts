import { Migration } from '@mikro-orm/migrations';

/**
 * Every request of an identity provider and what became of it (B40, docs/decisions/0011). Partitioned by month over the
 * id, whose first 48 bits are the time, so that an old month is dropped as a whole. Partitions live in a schema of their
 * own: nobody but the owner reaches them except through the table, whose row-level security then applies.
 */
export class ProvisioningLog extends Migration {
  override up(): void {
    this.addSql(`
      create table provisioning_log (
        organization_id uuid not null,
        id uuid not null,
        at timestamptz not null,
        connection_id uuid,
        credential_id uuid,
        request_id text not null,
        method text not null,
        resource_type text check (resource_type in ('User', 'Group')),
        target_id uuid,
        operation text not null,
        status int not null,
        outcome text not null check (outcome in ('applied', 'unchanged', 'ignored-parts', 'refused', 'failed')),
        detail text,
        scim_type text,
        changes jsonb not null,
        normalisations text[] not null,
        ignored text[] not null,
        dialect text not null,
        duration_ms real not null,
        address text not null,
        user_agent text,
        primary key (organization_id, id)
      ) partition by range (id)
    `);
    this.addSql(`
      create index provisioning_log_by_connection on provisioning_log (organization_id, connection_id, id)
    `);
    this.addSql(`
      create index provisioning_log_by_target on provisioning_log (organization_id, target_id, id)
        where target_id is not null
    `);
    this.addSql(`
      create index provisioning_log_by_request on provisioning_log (organization_id, request_id)
    `);
    this.addSql(`
      create index provisioning_log_of_refusals on provisioning_log (organization_id, id)
        where outcome in ('refused', 'failed')
    `);
    this.addSql(`
      select protect_organization_rows('provisioning_log')
    `);
    this.addSql(`
      revoke update, delete on provisioning_log from rollcall_organization
    `);
    this.addSql(`
      select open_to_system_scope('provisioning_log', 'insert')
    `);
    this.addSql(`
      create schema provisioning_log_months
    `);
    this.addSql(`
      create table provisioning_log_months.other partition of provisioning_log default
    `);
    this.addSql(`
      alter table provisioning_log_months.other enable row level security, force row level security
    `);
    this.addSql(`
      do $$
      begin
        execute format('create policy maintenance on provisioning_log_months.other to %I using (true)', current_user);
      end $$
    `);
    this.addSql(`
      create function provisioning_log_bound(moment timestamptz) returns uuid language sql immutable as $$
        select (lpad(to_hex((extract(epoch from moment) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
      $$
    `);
    this.addSql(`
      create function keep_provisioning_log(months_kept int) returns void
      language plpgsql security definer set search_path = pg_catalog, public, pg_temp set lock_timeout = '500ms' as $$
      declare
        this_month timestamp := date_trunc('month', now() at time zone 'UTC');
        month timestamp;
        name text;
        lower_bound uuid;
        upper_bound uuid;
      begin
        perform pg_advisory_xact_lock(7243512);
        for month in select this_month + make_interval(months => ahead) from generate_series(0, 2) as ahead loop
          name := to_char(month, '"m"YYYY_MM');
          continue when to_regclass(format('provisioning_log_months.%I', name)) is not null;
          lower_bound := public.provisioning_log_bound(month at time zone 'UTC');
          upper_bound := public.provisioning_log_bound((month + interval '1 month') at time zone 'UTC');
          execute format('create table provisioning_log_months.%I (like public.provisioning_log including all)', name);
          execute format(
            'with moved as (delete from provisioning_log_months.other where id >= %L and id < %L returning *)
             insert into provisioning_log_months.%I select * from moved', lower_bound, upper_bound, name);
          execute format('alter table public.provisioning_log attach partition provisioning_log_months.%I
            for values from (%L) to (%L)', name, lower_bound, upper_bound);
          execute format(
            'alter table provisioning_log_months.%I enable row level security, force row level security', name);
        end loop;
        month := this_month - make_interval(months => greatest(months_kept, 1));
        for name in
          select relname from pg_class
          where relnamespace = 'provisioning_log_months'::regnamespace and relkind = 'r'
            and relname ~ '^m[0-9]{4}_[0-9]{2}$' and relname < to_char(month, '"m"YYYY_MM')
        loop
          execute format('drop table provisioning_log_months.%I', name);
        end loop;
        delete from provisioning_log_months.other where id < public.provisioning_log_bound(month at time zone 'UTC');
      end $$
    `);
    this.addSql(`
      revoke all on function keep_provisioning_log(int) from public
    `);
    this.addSql(`
      grant execute on function keep_provisioning_log(int) to rollcall_system
    `);
    this.addSql(`
      select keep_provisioning_log(1)
    `);
  }
}
