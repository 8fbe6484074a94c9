import { Migration } from '@mikro-orm/migrations';

/**
 * What a change of a person costs the database besides the change (docs/decisions/0058). The condition of a trigger is
 * parsed from its text by every statement that updates the table, met or not; naming the columns costs nothing, and the
 * function compares. Words are found in a loop, because the statement that found them was planned for every person.
 */
export class CheaperChangesOfPeople extends Migration {
  override up(): void {
    this.addSql(`
      create or replace function search_words(whole text[], parted text[]) returns text[]
      language plpgsql immutable parallel safe as $$
      declare
        words text[] := '{}';
        folded text[] := '{}';
        word text;
      begin
        foreach word in array whole loop
          folded := folded || search_fold(word);
        end loop;
        foreach word in array parted loop
          folded := folded || regexp_split_to_array(search_fold(word), '[\\s!-/:-@\\[-\`{-~]+');
        end loop;
        foreach word in array folded loop
          word := left(word, 60);
          if word <> '' and word <> all(words) and cardinality(words) < 40 then
            words := words || word;
          end if;
        end loop;
        return words;
      end $$
    `);
    this.addSql(`
      create or replace function keep_user_words() returns trigger language plpgsql as $$
      declare
        words text[];
      begin
        if tg_op = 'INSERT' then
          insert into user_words (organization_id, word, user_id)
          select new.organization_id, w, new.id from unnest(user_words_of(new)) as w;
          return null;
        end if;
        if (old.user_name_key, old.email_key, old.given_name, old.family_name, old.attributes ->> 'displayName', old.erased_at)
          is not distinct from
          (new.user_name_key, new.email_key, new.given_name, new.family_name, new.attributes ->> 'displayName', new.erased_at)
        then
          return null;
        end if;
        words := user_words_of(new);
        delete from user_words
        where organization_id = new.organization_id and user_id = new.id and word <> all(words);
        insert into user_words (organization_id, word, user_id)
        select new.organization_id, w, new.id from unnest(words) as w on conflict do nothing;
        return null;
      end $$
    `);
    this.addSql(`drop trigger users_keep_words on users`);
    this.addSql(`
      create trigger users_keep_words
      after update of user_name_key, email_key, given_name, family_name, attributes, erased_at on users
      for each row execute function keep_user_words()
    `);
    this.addSql(`
      create or replace function keep_attribute_sources() returns trigger language plpgsql as $$
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
        if (old.user_name, old.email, old.external_id, old.given_name, old.family_name, old.title, old.employee_number,
            old.active, old.role, old.license, old.connection_id, old.attributes, old.erased_at)
          is not distinct from
          (new.user_name, new.email, new.external_id, new.given_name, new.family_name, new.title, new.employee_number,
            new.active, new.role, new.license, new.connection_id, new.attributes, new.erased_at)
        then
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
    this.addSql(`drop trigger users_keep_sources on users`);
    this.addSql(`
      create trigger users_keep_sources
      after update of user_name, email, external_id, given_name, family_name, title, employee_number, active, role, license,
        connection_id, attributes, erased_at on users
      for each row execute function keep_attribute_sources()
    `);
    this.addSql(`
      create or replace function end_sessions() returns trigger language plpgsql as $$
      begin
        if old.active and not new.active or old.role <> new.role
          or old.email_key is distinct from new.email_key and new.role in ('owner', 'admin')
        then
          update sessions set ended_at = now(), ended_because = case
            when not new.active then 'deactivated' when old.role <> new.role then 'role changed' else 'e-mail changed' end
          where organization_id = new.organization_id and user_id = new.id and ended_at is null;
        end if;
        return null;
      end $$
    `);
    this.addSql(`drop trigger users_end_sessions on users`);
    this.addSql(`
      create trigger users_end_sessions after update of active, role, email_key on users
      for each row execute function end_sessions()
    `);
    this.addSql(`
      create or replace function void_password_links() returns trigger language plpgsql as $$
      begin
        if old.active and not new.active or old.email_key is distinct from new.email_key
          or old.connection_id is null and new.connection_id is not null
        then
          update links set used_at = now()
          where organization_id = new.organization_id and subject_id = new.id and purpose = 'password-reset'
            and used_at is null;
        end if;
        return null;
      end $$
    `);
    this.addSql(`drop trigger users_void_password_links on users`);
    this.addSql(`
      create trigger users_void_password_links after update of active, email_key, connection_id on users
      for each row execute function void_password_links()
    `);
  }
}
