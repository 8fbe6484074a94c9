import { Kysely, PostgresDialect, sql } from 'kysely';
import { compileStatement } from '../src/kernel/compile-statement.js';

const kysely = new Kysely<unknown>({
  dialect: new PostgresDialect({ pool: () => Promise.reject(new Error('This compiles only.')) }),
});

it.each([
  ['text', sql`select 1`],
  ['values', sql`select ${1}, ${'two'}, ${null}`],
  [
    'a statement inside another',
    sql`select * from (${sql`select ${'a'} as ${sql.ref('b')}`}) x where y = ${3}`,
  ],
  ['a column', sql`select ${sql.ref('id')}`],
  ['a column of a table', sql`select ${sql.ref('u.id')}`],
  ['a column of a table of a schema', sql`select ${sql.ref('public.users.id')}`],
  ['every column of a table', sql`select ${sql.ref('u.*')}`],
  ['a name with quotes in it', sql`select ${sql.ref('u.a"b')}, ${sql.ref('c"')}`],
  ['a table and an identifier', sql`select ${sql.id('a')} from ${sql.table('users')}`],
  ['a literal', sql`select ${sql.lit('it is')}`],
  ['a list', sql`select ${sql.join([1, sql.ref('u.id'), sql`now()`])}`],
  ['text as it is', sql`select ${sql.raw('now()')}`],
])('%s is compiled as Kysely compiles it', (_, statement) => {
  const { sql: text, parameters } = statement.compile(kysely);
  expect(compileStatement(statement, {})).toEqual({ text, values: parameters });
});
