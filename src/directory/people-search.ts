import { sql } from 'kysely';
import { DomainError } from '../kernel/errors.js';
import type { Transaction } from '../kernel/tenancy.js';

/** What somebody types; more is a paste that finds nobody. */
export const MAX_SEARCH_LENGTH = 200;
const MAX_TERMS = 6;
/** So many people are looked up one by one and put in order in a few milliseconds. */
const FEW = 2_000;
/** So many ids are kept while a list is walked; whoever has a word that more have is soon met in any order. */
const SOME = 20_000;
/** Shorter terms are one typing error away from everything. */
const MIN_TYPO_LENGTH = 4;
/** Longer ones have a thousand neighbours each; whoever types so much has copied it. */
const MAX_TYPO_LENGTH = 20;
/** Beginnings one typing error away that somebody has, as many as are looked for. */
const MAX_NEIGHBOURS = 40;

/** One word somebody must have: any of these beginnings, folded. */
export interface Term {
  prefixes: string[];
  /** How many words begin so, counted to one more than SOME: at least as many as there are people. */
  found: number;
}

/** What a search comes to: nobody, or people with a word for each term, the narrowest first. */
export type Search = { kind: 'nobody' } | { kind: 'few' | 'some' | 'many'; terms: [Term, ...Term[]] };

/** Whether everybody with a word for this term can be kept in memory. */
export const isKept = ({ found }: Term): boolean => found <= SOME;

/** The separators of `search_words`, so that both sides part a name at the same places. */
const SEPARATORS = /[\s!-/:-@[-`{-~]+/;
/** After the last character any word can have: the end of a range of words with the same beginning. */
export const END = sql`chr(1114111)`;

/**
 * Reads what somebody typed: every word must begin one of the person's words, which are those of the name, user name
 * and address; with an `@` the whole user name or address. A word that begins nobody's is taken with one typing error:
 * a letter more, less, wrong or two exchanged. One statement, two when there is such a word.
 */
export async function readSearch(
  tx: Transaction,
  organizationId: string,
  text: string,
): Promise<Search | undefined> {
  const typed = text
    .normalize('NFKC')
    .split(/[\s,;]+/)
    .flatMap((part) => (part.includes('@') ? [part] : part.split(SEPARATORS)))
    .filter((part) => part !== '');
  if (typed.length === 0) return undefined;
  if (typed.length > MAX_TERMS) {
    throw new DomainError(
      'INVALID_INPUT',
      `'search' has ${typed.length} words; people are found by at most ${MAX_TERMS}.`,
      { field: 'search' },
    );
  }
  const counted = await tx.rows(sql<{ term: string; found: number }>`
    select t.term, (select count(*)::int from (
      select from user_words w where w.organization_id = ${organizationId}
        and w.word >= t.term and w.word < t.term || ${END} limit ${SOME + 1}) as counted) as found
    from (select left(search_fold(raw), 60) collate "C" as term from unnest(${typed}::text[]) as raw) as t
  `);
  const exact: Term[] = counted.map(({ term, found }) => ({ prefixes: [term], found }));
  const misspelt = exact.filter(({ found }) => found === 0);
  if (misspelt.length > 0) await forgive(tx, organizationId, misspelt);
  const [first, ...rest] = exact.sort((a, b) => a.found - b.found);
  if (!first || first.found === 0) return { kind: 'nobody' };
  const kind = first.found <= FEW ? 'few' : isKept(first) ? 'some' : 'many';
  return { kind, terms: [first, ...rest] };
}

/** Gives terms nobody has the beginnings one typing error away that somebody has. */
async function forgive(tx: Transaction, organizationId: string, terms: readonly Term[]): Promise<void> {
  const variants = terms.flatMap((term, index) =>
    neighboursOf(term.prefixes[0] ?? '').map((prefix) => ({ index, prefix })),
  );
  if (variants.length === 0) return;
  const hits = await tx.rows(sql<{ nth: number; prefix: string; found: number }>`
    select v.nth, v.prefix, c.found from unnest(${variants.map((one) => one.index)}::int[],
      ${variants.map((one) => one.prefix)}::text[]) as v (nth, prefix)
    cross join lateral (select count(*)::int as found from (
      select from user_words w where w.organization_id = ${organizationId}
        and w.word >= v.prefix collate "C" and w.word < (v.prefix || ${END}) collate "C" limit ${SOME + 1}) as counted) as c
    where c.found > 0 limit ${MAX_NEIGHBOURS}
  `);
  terms.forEach((term, index) => {
    const own = hits.filter(({ nth }) => nth === index);
    if (own.length === 0) return;
    term.prefixes = own.map(({ prefix }) => prefix);
    term.found = own.reduce((sum, { found }) => sum + found, 0);
  });
}

/** Every beginning one typing error away, in the Latin letters, digits and the term's own characters. */
function neighboursOf(term: string): string[] {
  const letters = [...term];
  if (letters.length < MIN_TYPO_LENGTH || letters.length > MAX_TYPO_LENGTH || term.includes('@')) return [];
  const alphabet = new Set([...'abcdefghijklmnopqrstuvwxyz', ...letters]);
  const found = new Set<string>();
  for (let at = 0; at <= letters.length; at += 1) {
    const [head, tail] = [letters.slice(0, at).join(''), letters.slice(at)];
    found.add(head + tail.slice(1).join(''));
    if (tail.length > 1) found.add(`${head}${tail[1]}${tail[0]}${tail.slice(2).join('')}`);
    for (const letter of alphabet) {
      found.add(head + letter + tail.slice(1).join(''));
      found.add(head + letter + tail.join(''));
    }
  }
  found.delete(term);
  return [...found];
}
