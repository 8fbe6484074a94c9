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
  // The second time from memory.
  for (const _time of [1, 2])
    expect(compileStatement(statement, { prepared: true })).toEqual({
      text,
      values: parameters,
      prepared: true,
    });
});

describe('one template with other pieces', () => {
  const around = (inner: unknown) => sql`select (${inner}) from users where id = ${1}`;

  it.each([
    ['a value', 'a'],
    ['a column', sql.ref('a')],
    ['another column', sql.ref('b')],
    ['a column of a table', sql.ref('b.a')],
    ['text', sql.raw('a')],
    ['other text', sql.raw('b')],
    ['a list', sql.join([1, 2])],
    ['a longer list', sql.join([1, 2, 3])],
    ['a list of columns', sql.join([sql.ref('a'), sql.ref('b')])],
    ['a list of text', sql.join([sql.raw('a'), sql.raw('b')])],
    ['a template', sql`a`],
    ['a literal', sql.lit('a')],
    ['another literal', sql.lit('b')],
  ])('is another statement: %s', (_, inner) => {
    const { sql: text, parameters } = around(inner).compile(kysely);
    for (const _time of [1, 2])
      expect(compileStatement(around(inner), { prepared: true })).toMatchObject({ text, values: parameters });
  });
});

it('stays right when more shapes came by than are remembered', () => {
  const listOf = (length: number) => sql`select ${sql.join(Array.from({ length }, (_, i) => i))}`;
  for (const length of [1, 2, 3]) {
    for (let more = 0; more < 250; more += 1) compileStatement(listOf(more), { prepared: true });
    const { sql: text, parameters } = listOf(length).compile(kysely);
    expect(compileStatement(listOf(length), { prepared: true })).toMatchObject({ text, values: parameters });
  }
});
