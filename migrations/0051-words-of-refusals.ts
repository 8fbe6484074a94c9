import { Migration } from '@mikro-orm/migrations';

/**
 * Erasing somebody (B38) empties the refusals that quote them, and nothing but their text tells which these are. Reading
 * every refusal of the organization for each erasure grew with their number, so the words that may be a name are kept as
 * rows: whatever follows a quote, and whatever is no plain word. Rows, because under row-level security an index on an
 * array or a text search goes unused. They are personal data like the text they are of, and go with it.
 */
export class WordsOfRefusals extends Migration {
  override up(): void {
    this.addSql(`
      create table provisioning_log_words (
        organization_id uuid not null references organizations (id),
        word text collate "C" not null,
        log_id uuid not null,
        primary key (organization_id, word, log_id)
      )
    `);
    this.addSql(`create index provisioning_log_words_of_row on provisioning_log_words (log_id)`);
    this.addSql(`select protect_organization_rows('provisioning_log_words')`);
    this.addSql(`revoke update, delete on provisioning_log_words from rollcall_organization`);
    // Refusals are written where the organization may not be known yet; what is left of months that are gone is deleted.
    this.addSql(`select open_to_system_scope('provisioning_log_words', 'insert, select (log_id), delete')`);
    this.addSql(`
      create function refusal_words(detail text) returns text[] language sql immutable parallel safe as $$
        select coalesce(array_agg(distinct left(word, 200)), '{}') from (
          select found[1] as quote, btrim(found[2], '._+-') as word
          from regexp_matches(lower(detail), '([''"]?)([^\\s!"#$%&''()*,/:;<=>?\\[\\\\\\]^\`{|}~]+)', 'g') as found
        ) as words
        where word <> '' and (quote <> '' or length(word) >= 6 and word !~ '^[a-z]+$')
      $$
    `);
    this.addSql(`
      create function keep_refusal_words() returns trigger language plpgsql as $$
      begin
        insert into provisioning_log_words (organization_id, word, log_id)
        select new.organization_id, word, new.id from unnest(refusal_words(new.detail)) as word;
        return null;
      end $$
    `);
    this.addSql(`
      create trigger provisioning_log_keep_words after insert on provisioning_log for each row
      when (new.detail is not null and new.outcome in ('refused', 'failed')) execute function keep_refusal_words()
    `);
    this.addSql(`alter table provisioning_log no force row level security`);
    this.addSql(`
      insert into provisioning_log_words (organization_id, word, log_id)
      select l.organization_id, w, l.id from provisioning_log l cross join lateral unnest(refusal_words(l.detail)) as w
      where l.detail is not null and l.outcome in ('refused', 'failed')
    `);
    this.addSql(`alter table provisioning_log force row level security`);
    this.addSql(`
      create or replace function erase_from_provisioning_log(person uuid, identities text[]) returns integer
      language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
      declare
        organization uuid := nullif(current_setting('app.organization_id', true), '')::uuid;
        emptied uuid[];
        quoting uuid[];
        telling text[];
      begin
        if not exists (
          select from public.users u where u.organization_id = organization and u.id = person and u.erased_at is not null
        ) then
          raise exception 'The provisioning log is emptied only of people who were erased.';
        end if;
        -- Refusals are written some time after their answer: those under way are waited for, later ones see the tombstone.
        perform pg_advisory_xact_lock(7243513);
        with of_person as (
          update public.provisioning_log l
          set changes = coalesce((
                select jsonb_object_agg(name, case when name in ('active', 'provisioned') then l.changes -> name
                  else '{"before": null, "after": null}' end)
                from jsonb_object_keys(l.changes) as name), '{}'),
              detail = null, normalisations = '{}', ignored = '{}', address = '', user_agent = null
          where l.organization_id = organization and l.target_id = person
          returning l.id)
        select coalesce(array_agg(id), '{}') into emptied from of_person;
        -- An answer that was lost has a row of its own, about nobody, with the request id of the row that tells of whom.
        with lost as (
          update public.provisioning_log l set detail = null, address = '', user_agent = null
          where l.organization_id = organization and l.target_id is null and l.request_id = any (array(
            select o.request_id from public.provisioning_log o
            where o.organization_id = organization and o.target_id = person))
          returning l.id)
        select coalesce(array_agg(id), '{}') into quoting from lost;
        select coalesce(array_agg(distinct word), '{}') into telling
        from unnest(identities) as value cross join lateral unnest(public.refusal_words('''' || btrim(value, '''') || '''')) as word;
        with told as (
          update public.provisioning_log l set detail = null, address = '', user_agent = null
          where l.organization_id = organization and l.outcome in ('refused', 'failed')
            and l.id = any (array(
              select w.log_id from public.provisioning_log_words w
              where w.organization_id = organization and w.word = any (telling)))
            and exists (select from unnest(identities) as value where position(lower(value) in lower(l.detail)) > 0)
          returning l.id)
        select quoting || coalesce(array_agg(id), '{}') into quoting from told;
        delete from public.provisioning_log_words w
        where w.log_id = any (emptied || quoting) and w.organization_id = organization;
        return cardinality(emptied);
      end $$
    `);
  }
}
