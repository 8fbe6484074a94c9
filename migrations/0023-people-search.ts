import { Migration } from '@mikro-orm/migrations';

/**
 * What lists of people are searched and ordered by. Words are kept as rows: under row-level security an index on an
 * array or on trigrams goes unused, because its operators are not leakproof, while comparing text is. The database
 * makes them of every row whoever wrote it, so both sides of a search are folded by `search_fold`; keys that must be
 * unique are folded in TypeScript as before. Somebody erased has no words and no name to be ordered by.
 */
export class PeopleSearch extends Migration {
  override up(): void {
    this.addSql(`
      create function search_fold(word text) returns text language sql immutable strict parallel safe as $$
        select lower(regexp_replace(normalize(word, NFKD), '[\\u0300-\\u036f]', '', 'g') collate "und-x-icu")
      $$
    `);
    this.addSql(`
      create function search_words(whole text[], parted text[]) returns text[]
      language sql immutable parallel safe as $$
        select coalesce(array_agg(word), '{}') from (
          select distinct left(w, 60) collate "C" as word from (
            select search_fold(one) as w from unnest(whole) as one
            union all
            select regexp_split_to_table(search_fold(one), '[\\s!-/:-@\\[-\`{-~]+') from unnest(parted) as one) as all_words
          where w <> '' limit 40) as words
      $$
    `);
    this.addSql(`
      alter table users
        add column status text not null generated always as (case
          when erased_at is not null then 'erased' when deprovisioned_at is not null then 'deprovisioned'
          when active then 'active' else 'deactivated' end) stored,
        add column sort_name text collate "C" not null generated always as (left(search_fold(coalesce(
          attributes ->> 'displayName', nullif(btrim(coalesce(given_name, '') || ' ' || coalesce(family_name, '')), ''),
          user_name, email, '')), 200)) stored,
        add column sort_email text collate "C" not null generated always as (left(coalesce(email_key, ''), 200)) stored
    `);
    this.addSql(`create index users_by_name on users (organization_id, sort_name, id)`);
    this.addSql(`create index users_by_email on users (organization_id, sort_email, id)`);
    this.addSql(`create index users_by_update on users (organization_id, updated_at, id)`);
    this.addSql(`
      create index users_by_sign_in on users
        (organization_id, (coalesce(last_signed_in_at, '-infinity'::timestamptz)), id)
    `);
    // Without the id: equal entries are kept as one, and counting everybody reads a hundred pages instead of thousands.
    this.addSql(
      `create index users_by_facets on users (organization_id, status, role, license, connection_id)`,
    );
    this.addSql(`
      create table user_words (
        organization_id uuid not null,
        word text collate "C" not null,
        user_id uuid not null,
        primary key (organization_id, word, user_id),
        constraint user_words_user foreign key (organization_id, user_id) references users (organization_id, id)
      )
    `);
    this.addSql(`create index user_words_by_user on user_words (organization_id, user_id, word)`);
    this.addSql(`
      create function user_words_of(person users) returns text[] language sql immutable as $$
        select case when person.erased_at is not null then '{}' else search_words(
          array[person.user_name_key, person.email_key],
          array[person.given_name, person.family_name, person.attributes ->> 'displayName',
            split_part(person.user_name_key, '@', 1), split_part(person.email_key, '@', 1)]) end
      $$
    `);
    this.addSql(`
      create function keep_user_words() returns trigger language plpgsql as $$
      declare
        words text[] := user_words_of(new);
      begin
        if tg_op = 'UPDATE' then
          delete from user_words
          where organization_id = new.organization_id and user_id = new.id and word <> all(words);
        end if;
        insert into user_words (organization_id, word, user_id)
        select new.organization_id, w, new.id from unnest(words) as w on conflict do nothing;
        return null;
      end $$
    `);
    // What is there already; as the owner, whom only forced row-level security keeps from reading it.
    this.addSql(`alter table users no force row level security`);
    this.addSql(`
      insert into user_words (organization_id, word, user_id)
      select u.organization_id, w, u.id from users u cross join lateral unnest(user_words_of(u)) as w
    `);
    this.addSql(`alter table users force row level security`);
    this.addSql(`select protect_organization_rows('user_words')`);
    this.addSql(`
      create trigger users_keep_words_of_new after insert on users
      for each row execute function keep_user_words()
    `);
    this.addSql(`
      create trigger users_keep_words after update on users for each row
      when ((old.user_name_key, old.email_key, old.given_name, old.family_name, old.attributes ->> 'displayName', old.erased_at)
        is distinct from
        (new.user_name_key, new.email_key, new.given_name, new.family_name, new.attributes ->> 'displayName', new.erased_at))
      execute function keep_user_words()
    `);
  }
}
