import { type RawBuilder, sql } from 'kysely';
import { END, isKept, type Search, type Term } from './people-search.js';

/** Where a statement reads the people `u` from, and what else a search asks of them. */
export interface SearchSql {
  from: RawBuilder<unknown>;
  conditions: RawBuilder<unknown>[];
}

const EVERYBODY: SearchSql = { from: sql`users u`, conditions: [] };

const beginning = ({ prefixes }: Term): RawBuilder<unknown> =>
  sql.join(
    prefixes.map((prefix) => sql`w.word >= ${prefix} and w.word < ${prefix} || ${END}`),
    sql` or `,
  );

const peopleWith = (term: Term, organizationId: string): RawBuilder<unknown> => sql`
  select w.user_id from user_words w where w.organization_id = ${organizationId} and (${beginning(term)})`;

/** Everybody with a word for each of the terms, each once. */
const peopleWithAll = (terms: readonly Term[], organizationId: string): RawBuilder<unknown> =>
  terms.length === 1
    ? sql`select distinct f.user_id from (${sql.join(terms.map((term) => peopleWith(term, organizationId)))}) as f`
    : sql.join(
        terms.map((term) => sql`(${peopleWith(term, organizationId)})`),
        sql` intersect `,
      );

/** That the person `u` has a word for each of these terms: one look by key each, never a join. */
const lookedUp = (terms: readonly Term[], organizationId: string): RawBuilder<unknown>[] =>
  terms.map(
    (
      term,
    ) => sql`(select true from user_words w where w.organization_id = ${organizationId} and w.user_id = u.id
      and (${beginning(term)}) limit 1)`,
  );

const collected = (people: RawBuilder<unknown>, organizationId: string): RawBuilder<unknown> => sql`
  (${people}) as c cross join lateral (
    select * from users p where p.organization_id = ${organizationId} and p.id = c.user_id offset 0) as u`;

/**
 * For a page in some order. Few people are collected and then put in order; of more the ids are kept and the order is
 * walked until enough of them were met, most of it in the index alone; those whom a word too common to be kept finds are
 * looked up on the way, because every few steps meet one.
 */
export function searchedPage(search: Search | undefined, organizationId: string): SearchSql {
  if (!search || search.kind === 'nobody') return EVERYBODY;
  const [narrowest, ...rest] = search.terms;
  if (search.kind === 'few') {
    const from = collected(peopleWithAll([narrowest], organizationId), organizationId);
    return { from, conditions: lookedUp(rest, organizationId) };
  }
  if (search.kind === 'many') return { ...EVERYBODY, conditions: lookedUp(search.terms, organizationId) };
  const kept = search.terms.filter(isKept);
  const common = search.terms.filter((term) => !isKept(term));
  // As it stands it cannot become a join, which would read everybody before the first is put in order.
  const isKeptId = sql`(u.id in (${peopleWithAll(kept, organizationId)})) is true`;
  return { ...EVERYBODY, conditions: [isKeptId, ...lookedUp(common, organizationId)] };
}

/** For counting, where everybody has to be met. */
export function searchedCount(search: Search | undefined, organizationId: string): SearchSql {
  if (!search || search.kind === 'nobody') return EVERYBODY;
  const [narrowest, ...rest] = search.terms;
  if (search.kind === 'many') {
    const found = sql`u.id in (${peopleWith(narrowest, organizationId)})`;
    return { ...EVERYBODY, conditions: [found, ...lookedUp(rest, organizationId)] };
  }
  const from = collected(peopleWithAll(search.terms.filter(isKept), organizationId), organizationId);
  const common = search.terms.filter((term) => !isKept(term));
  return { from, conditions: lookedUp(common, organizationId) };
}
