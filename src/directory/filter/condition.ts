import { type RawBuilder, sql } from 'kysely';

/** What part of a filter comes to: SQL, or known without looking at a row ("the type is home" is never true). */
export type Condition = boolean | RawBuilder<boolean>;

const joined = (parts: readonly RawBuilder<boolean>[], connective: 'and' | 'or'): RawBuilder<boolean> =>
  sql<boolean>`(${sql.join(parts, connective === 'and' ? sql` and ` : sql` or `)})`;

/** `and` or `or` of any number of conditions; what is already known is left out or decides. */
export function connect(connective: 'and' | 'or', conditions: readonly Condition[]): Condition {
  const deciding = connective === 'or';
  if (conditions.includes(deciding)) return deciding;
  const open = conditions.filter((one) => typeof one !== 'boolean');
  const [only] = open;
  if (only === undefined) return !deciding;
  return open.length === 1 ? only : joined(open, connective);
}

/** True exactly when the condition is not: an absent value makes SQL's answer unknown, which counts as "no". */
export const negate = (condition: Condition): Condition =>
  typeof condition === 'boolean' ? !condition : sql<boolean>`(${condition}) is not true`;

/** A condition as SQL, for a `where`. */
export const toSql = (condition: Condition): RawBuilder<boolean> => {
  if (typeof condition !== 'boolean') return condition;
  return condition ? sql<boolean>`true` : sql<boolean>`false`;
};
