import { compileFilter } from '../../src/directory/filter/compile.js';
import { tokenize } from '../../src/directory/filter/tokens.js';
import { EVERYTHING, STANDARD } from '../../src/directory/profile.js';
import { DomainError } from '../../src/kernel/errors.js';

/** Park-Miller: the same strings in every run, so that a failure can be repeated. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

const PIECES = [
  ...[
    'userName',
    'emails',
    'emails.value',
    '.value',
    'name.givenName',
    'active',
    'meta.created',
    'members',
    'id',
  ],
  ...[
    'urn:ietf:params:scim:schemas:core:2.0:User:userName',
    'URN:x:',
    '__proto__',
    'constructor',
    '$ref',
    'nope',
  ],
  ...[
    'eq',
    'ne',
    'co',
    'sw',
    'ew',
    'gt',
    'ge',
    'lt',
    'le',
    'pr',
    'EQ',
    'and',
    'or',
    'not',
    'NOT',
    '=',
    'eq=',
  ],
  ...[
    '(',
    ')',
    '[',
    ']',
    '[type eq "work"]',
    ' ',
    '  ',
    '\t',
    '"',
    "'",
    '\\',
    '%',
    '_',
    ';',
    '--',
    '/*',
    '$1',
    '{',
    '+',
  ],
  ...[
    '"a"',
    '"a\\"b"',
    '"\\u0000"',
    '"\\ud83d"',
    '"😀"',
    '"\\u00e9"',
    '""',
    '"True"',
    '"2026-01-01T00:00:00Z"',
  ],
  ...[
    'true',
    'False',
    'null',
    '1',
    '-1.5e3',
    '1e400',
    '01',
    '\u0000',
    '\ud83d',
    '😀',
    '東',
    '\u2028',
    '\u0130',
  ],
];

/** Ends with a condition or a DomainError that a client may read. */
function outcome(text: string, resource: 'User' | 'Group', profile: typeof EVERYTHING): string {
  try {
    compileFilter(text, resource, profile);
    return 'answered';
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    expect(['INVALID_INPUT', 'NOT_SUPPORTED']).toContain(error.code);
    expect(error.message.isWellFormed()).toBe(true);
    expect(error.message).not.toContain('\u0000');
    return error.code;
  }
}

test('abuse 14: 5,000 generated strings are answered or refused, never anything else', () => {
  const random = randomFrom(20_260_131);
  const seen = new Map<string, number>();
  for (let run = 0; run < 5_000; run += 1) {
    const pieces = Array.from({ length: 1 + random(14) }, () => PIECES[random(PIECES.length)]);
    const text = pieces.join(random(3) === 0 ? '' : ' ');
    const resource = random(3) === 0 ? 'Group' : 'User';
    const result = outcome(text, resource, random(2) === 0 ? STANDARD : EVERYTHING);
    seen.set(result, (seen.get(result) ?? 0) + 1);
  }
  expect(seen.get('INVALID_INPUT')).toBeGreaterThan(1_000);
});

test('5,000 filters of the grammar are answered by the whole language and answered or 501 by the standard one', () => {
  const random = randomFrom(7);
  const one = (list: readonly string[]): string => list[random(list.length)] ?? '';
  const term = (): string =>
    one([
      `${one(['userName', 'title', 'name.givenName', 'emails', 'EMAILS.value', 'externalId', 'employeeNumber'])} ${one(['eq', 'Ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'])} ${JSON.stringify(one(['a', '%', '"', '\\', '😀', '\n', "'; drop table users"]))}`,
      `active ${one(['eq', 'ne'])} ${one(['true', 'FALSE', '"True"'])}`,
      `${one(['title', 'groups', 'meta', 'name', 'emails.value'])} pr`,
      `emails[type eq "work"${one(['', ' and value co "a"', ' or primary eq true'])}]${one(['', '.value sw "b"'])}`,
    ]);
  const filter = (depth: number): string => {
    if (depth === 0 || random(3) === 0) return term();
    return one([
      `${filter(depth - 1)} and ${filter(depth - 1)}`,
      `${filter(depth - 1)} or ${filter(depth - 1)}`,
      `(${filter(depth - 1)})`,
      `not (${filter(depth - 1)})`,
    ]);
  };
  for (let run = 0; run < 5_000; run += 1) {
    const text = filter(3);
    expect(outcome(text, 'User', EVERYTHING)).toBe('answered');
    expect(['answered', 'NOT_SUPPORTED']).toContain(outcome(text, 'User', STANDARD));
  }
});

const filled = (piece: string, size: number): string =>
  piece.repeat(Math.ceil(size / piece.length)).slice(0, size);

const HOSTILE = [
  '(',
  'not(',
  'a[',
  '"',
  '\\',
  '"\\',
  '"\\u',
  '"a" ',
  'a.',
  'a pr and ',
  'urn:',
  '1',
  '-',
  '1e',
  ' ',
  '=',
  '😀',
  '\ud83d',
];

test.each(HOSTILE)('2 KiB of %j is settled at once', (piece) => {
  const text = filled(piece, 2_040);
  const times = Array.from({ length: 20 }, () => {
    const begin = performance.now();
    outcome(text, 'User', EVERYTHING);
    return performance.now() - begin;
  });
  expect(Math.min(...times)).toBeLessThan(10);
});

test.each([...HOSTILE, 'a"b"', '[]()'])('half a megabyte of %j costs the tokenizer one pass', (piece) => {
  const begin = performance.now();
  try {
    tokenize(filled(piece, 500_000));
  } catch (error) {
    expect(error).toBeInstanceOf(DomainError);
  }
  // A second look at every character would be 10^11 steps.
  expect(performance.now() - begin).toBeLessThan(2_000);
});
