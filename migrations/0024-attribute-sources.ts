import { Migration } from '@mikro-orm/migrations';

/**
 * Where each value of a person came from, when, by which request, and what was there before. The database writes it, in
 * the transaction and without a round trip, of whatever command changed the row; `app.actor_kind`, `app.actor_id` and
 * `app.request_id` are set with the organization when a transaction is opened. The row '*' is the creation: it speaks
 * for every value that has no row of its own.
 *
 * `previous` is personal data. The update that sets `users.erased_at` deletes every row of the person (B38), also what
 * that same update would have left here, so erasing needs no statement of its own.
 */
export class AttributeSources extends Migration {
  override up(): void {
    this.addSql(`
      create table user_attribute_sources (
        organization_id uuid not null,
        user_id uuid not null,
        attribute text not null,
        previous text,
        actor_kind text not null,
        actor_id text,
        request_id text,
        at timestamptz not null default now(),
        primary key (organization_id, user_id, attribute),
        constraint user_attribute_sources_user foreign key (organization_id, user_id)
          references users (organization_id, id)
      )
    `);
    this.addSql(`alter table users no force row level security`);
    this.addSql(`
      insert into user_attribute_sources (organization_id, user_id, attribute, actor_kind, at)
      select organization_id, id, '*', 'unknown', created_at from users
    `);
    this.addSql(`alter table users force row level security`);
    this.addSql(`select protect_organization_rows('user_attribute_sources')`);
    this.addSql(`
      create function keep_attribute_sources() returns trigger language plpgsql as $$
      declare
        kind text := coalesce(nullif(current_setting('app.actor_kind', true), ''), 'unknown');
        actor text := nullif(current_setting('app.actor_id', true), '');
        request text := nullif(current_setting('app.request_id', true), '');
      begin
        if tg_op = 'INSERT' then
          insert into user_attribute_sources (organization_id, user_id, attribute, actor_kind, actor_id, request_id)
          values (new.organization_id, new.id, '*', kind, actor, request);
          return null;
        end if;
        if new.erased_at is not null then
          delete from user_attribute_sources where organization_id = new.organization_id and user_id = new.id;
          return null;
        end if;
        insert into user_attribute_sources (organization_id, user_id, attribute, previous, actor_kind, actor_id, request_id)
        select new.organization_id, new.id, c.attribute, left(c.previous, 2000), kind, actor, request
        from (
          values ('userName', old.user_name, new.user_name), ('email', old.email, new.email),
            ('externalId', old.external_id, new.external_id), ('givenName', old.given_name, new.given_name),
            ('familyName', old.family_name, new.family_name), ('title', old.title, new.title),
            ('employeeNumber', old.employee_number, new.employee_number),
            ('active', old.active::text, new.active::text), ('role', old.role, new.role),
            ('license', old.license, new.license), ('managedBy', old.connection_id::text, new.connection_id::text)
          union all
          select 'profile.' || k, old.attributes ->> k, new.attributes ->> k
          from jsonb_object_keys(old.attributes || new.attributes) as k where old.attributes <> new.attributes
        ) as c (attribute, previous, value)
        where c.previous is distinct from c.value
        on conflict (organization_id, user_id, attribute) do update set previous = excluded.previous,
          actor_kind = excluded.actor_kind, actor_id = excluded.actor_id, request_id = excluded.request_id,
          at = excluded.at;
        return null;
      end $$
    `);
    this.addSql(`
      create trigger users_keep_sources_of_new after insert on users
      for each row execute function keep_attribute_sources()
    `);
    this.addSql(`
      create trigger users_keep_sources after update on users for each row
      when ((old.user_name, old.email, old.external_id, old.given_name, old.family_name, old.title, old.employee_number,
          old.active, old.role, old.license, old.connection_id, old.attributes, old.erased_at)
        is distinct from
        (new.user_name, new.email, new.external_id, new.given_name, new.family_name, new.title, new.employee_number,
          new.active, new.role, new.license, new.connection_id, new.attributes, new.erased_at))
      execute function keep_attribute_sources()
    `);
  }
}
