import { Migration } from '@mikro-orm/migrations';

/**
 * Seats (B35): how many licenses of each kind an organization bought and how many are taken, the line of those who wait
 * for one, and the settings that decide. `taken` follows `users.license` by trigger, so that no statement can forget
 * it, and the check makes overselling impossible. `organizations.seats` becomes `seat_pools.bought`.
 */
export class Licenses extends Migration {
  override up(): void {
    this.addSql(`
      create table seat_pools (
        organization_id uuid not null references organizations (id),
        kind text not null check (kind in ('standard', 'pro')),
        bought integer not null check (bought >= 0),
        taken integer not null default 0 check (taken >= 0),
        primary key (organization_id, kind),
        constraint seat_pools_never_oversold check (taken <= bought)
      )
    `);
    this.addSql(`
      create table license_requests (
        organization_id uuid not null,
        user_id uuid not null,
        requested_at timestamptz not null default clock_timestamp(),
        primary key (organization_id, user_id),
        constraint license_requests_user foreign key (organization_id, user_id) references users (organization_id, id)
      )
    `);
    this.addSql(`
      create index license_requests_line on license_requests (organization_id, requested_at, user_id)
    `);
    this.addSql(`
      create index users_expected on users (organization_id, id)
      where active and license is null and first_signed_in_at is null
    `);
    // FORCE hides every row from the owner too, who is the one that migrates.
    this.addSql(`
      alter table organizations no force row level security
    `);
    this.addSql(`
      alter table users no force row level security
    `);
    this.addSql(`
      insert into seat_pools (organization_id, kind, bought, taken)
      select id, kind, greatest(taken, case kind when 'standard' then seats else 0 end), taken from (
        select o.id, o.seats, k.kind, (
          select count(*) from users u where u.organization_id = o.id and u.license = k.kind) as taken
        from organizations o cross join (values ('standard'), ('pro')) k(kind)) pools
    `);
    this.addSql(`
      alter table organizations force row level security
    `);
    this.addSql(`
      alter table users force row level security
    `);
    this.addSql(`
      alter table organizations
        drop column seats,
        add column when_no_license_is_free text not null default 'refuse'
          check (when_no_license_is_free in ('refuse', 'wait')),
        add column pro_for_everyone boolean not null default false,
        add column contact text
    `);
    this.addSql(`
      create function end_license() returns trigger language plpgsql as $$
      begin
        new.license := null;
        new.license_taken_at := null;
        delete from license_requests where organization_id = new.organization_id and user_id = new.id;
        return new;
      end $$
    `);
    this.addSql(`
      create function count_license_taken() returns trigger language plpgsql as $$
      begin
        update seat_pools set taken = taken + 1 where organization_id = new.organization_id and kind = new.license;
        return null;
      end $$
    `);
    this.addSql(`
      create function count_license_given_back() returns trigger language plpgsql as $$
      begin
        update seat_pools set taken = taken - 1 where organization_id = old.organization_id and kind = old.license;
        return null;
      end $$
    `);
    this.addSql(`
      create trigger users_inactive_gives_license_back before update on users for each row
      when (old.active and not new.active) execute function end_license()
    `);
    this.addSql(`
      create trigger users_license_taken_at_once after insert on users for each row
      when (new.license is not null) execute function count_license_taken()
    `);
    this.addSql(`
      create trigger users_license_taken after update on users for each row
      when (new.license is not null and new.license is distinct from old.license) execute function count_license_taken()
    `);
    // Deferred to the commit: the pool is the last lock of every transaction, and held for the shortest time.
    this.addSql(`
      create constraint trigger users_license_given_back after update on users deferrable initially deferred for each row
      when (old.license is not null and new.license is distinct from old.license)
      execute function count_license_given_back()
    `);
    this.addSql(`
      create constraint trigger users_license_deleted after delete on users deferrable initially deferred for each row
      when (old.license is not null) execute function count_license_given_back()
    `);
    this.addSql(`
      select protect_organization_rows('seat_pools'), protect_organization_rows('license_requests')
    `);
    this.addSql(`
      select open_to_system_scope('seat_pools', 'select'), open_to_system_scope('license_requests', 'select')
    `);
  }
}
