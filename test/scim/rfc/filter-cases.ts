import fc from 'fast-check';
import type { Json, Node, Operator, Types } from './filter-oracle.js';
import { CORE, ENTERPRISE } from './full-user.js';

/** What kind of value the paths of a User lead to. */
export const TYPES: Types = {
  exact: new Set(['id', 'externalId', 'emails.primary', 'profileUrl', `${ENTERPRISE}:manager.value`]),
  dates: new Set(['meta.created', 'meta.lastModified']),
  lists: new Set(['emails', 'phoneNumbers', 'roles', 'addresses']),
};

const WORDS = [
  'anna',
  'Bert',
  'ÉLODIE',
  'chloé',
  '50%',
  'a_b',
  "o'neil",
  'back\\slash',
  'q"uote',
  '東京',
  'Zed',
  'Ω',
];
const pick = <T>(list: readonly T[], n: number): T => list[n % list.length] as T;

/** People of every kind: with everything, with next to nothing, with lists of several elements. */
export function person(n: number): Json {
  const word = pick(WORDS, n);
  const lists = n % 3;
  return {
    schemas: [CORE, ENTERPRISE],
    userName: `${word.replace(/[^\p{L}]/gu, '')}${n}@people.example`,
    active: n % 4 !== 0,
    ...(n % 5 !== 0 && { externalId: `X-${n % 2 ? word : word.toLowerCase()}-${n}` }),
    ...(n % 2 === 0 && { title: pick(WORDS, n * 7), nickName: word }),
    ...(n % 3 !== 1 && {
      displayName: `${word} ${pick(WORDS, n * 5)}`,
      locale: pick(['de', 'en-US', 'EN-us'], n),
    }),
    ...(n % 4 !== 1 && { name: { givenName: word, ...(n % 3 === 0 && { familyName: pick(WORDS, n * 3) }) } }),
    emails: Array.from({ length: lists }, (_, i) => ({
      value: `${pick(['a', 'B', 'c'], n + i)}${n}@${pick(['work', 'HOME'], i)}.example`,
      type: pick(['work', 'home', 'other'], n + i),
      ...(i === 0 && { primary: true }),
    })),
    phoneNumbers: Array.from({ length: (n + 1) % 3 }, (_, i) => ({
      value: `+49-${n}-${i}`,
      ...(i === 0 && { type: pick(['work', 'mobile', 'Mobile'], n) }),
    })),
    roles: n % 6 === 0 ? [{ value: pick(['reader', 'Writer'], n), display: word }] : [],
    addresses: n % 4 === 2 ? [{ locality: word, country: pick(['DE', 'us'], n), type: 'work' }] : [],
    ...(n % 3 === 2 && {
      [ENTERPRISE]: {
        department: pick(WORDS, n * 11),
        ...(n % 2 === 0 && { employeeNumber: `E${n}`, manager: { value: `M-${n}` } }),
      },
    }),
  };
}

const TEXTS = [
  'userName',
  'externalId',
  'title',
  'nickName',
  'displayName',
  'locale',
  'name.givenName',
  'name.familyName',
  'id',
  'emails.value',
  'emails.type',
  'emails',
  'phoneNumbers.value',
  'phoneNumbers.type',
  'phoneNumbers',
  'roles.value',
  'roles',
  'roles.display',
  'addresses.locality',
  'addresses.country',
  `${ENTERPRISE}:department`,
  `${ENTERPRISE}:employeeNumber`,
  `${ENTERPRISE}:manager.value`,
];
const BOOLEANS = ['active', 'emails.primary'];
const LISTS = {
  emails: ['value', 'type'],
  phoneNumbers: ['value', 'type'],
  roles: ['value', 'display'],
  addresses: ['locality', 'country', 'type'],
};
const COMPLEX = [...TEXTS, ...BOOLEANS, 'name', 'meta', 'addresses', `${ENTERPRISE}:manager`];
const OPERATORS: Operator[] = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'];

/** Values that are there, parts of them, and some that are nobody's. */
function textValue(people: readonly Json[]): fc.Arbitrary<string> {
  const values = people.flatMap((resource) => textsIn(resource));
  const cut = fc
    .tuple(fc.constantFrom(...values), fc.nat(6), fc.nat(8), fc.boolean())
    .map(([value, from, length, upper]) => {
      const part = [...value].slice(from, from + length + 1).join('');
      return upper ? part.toUpperCase() : part;
    });
  const whole = fc
    .tuple(fc.constantFrom(...values), fc.boolean())
    .map(([value, upper]) => (upper ? value.toUpperCase() : value));
  return fc.oneof(
    { weight: 5, arbitrary: whole },
    { weight: 4, arbitrary: cut },
    { weight: 1, arbitrary: fc.constantFrom('', '%', '_', '\\', '"', "'", 'no body', '%a%') },
  );
}

const textsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
};

/** Filters of every kind, with values that some of the people have. */
export function filters(people: readonly Json[]): fc.Arbitrary<Node> {
  const text = textValue(people);
  const dates = people.map(({ meta }) => (meta as Json).created as string);
  const compareText = fc.record({
    kind: fc.constant('compare' as const),
    path: fc.constantFrom(...TEXTS),
    operator: fc.constantFrom(...OPERATORS),
    value: text,
  });
  const compareBoolean = fc.record({
    kind: fc.constant('compare' as const),
    path: fc.constantFrom(...BOOLEANS),
    operator: fc.constantFrom<Operator>('eq', 'ne'),
    value: fc.boolean(),
  });
  const compareDate = fc.record({
    kind: fc.constant('compare' as const),
    path: fc.constantFrom('meta.created', 'meta.lastModified'),
    operator: fc.constantFrom<Operator>('eq', 'ne', 'gt', 'ge', 'lt', 'le'),
    value: fc.constantFrom(...dates),
  });
  const compareNull = fc.record({
    kind: fc.constant('compare' as const),
    path: fc.constantFrom(...COMPLEX),
    operator: fc.constantFrom<Operator>('eq', 'ne'),
    value: fc.constant(null),
  });
  const present = fc.record({ kind: fc.constant('present' as const), path: fc.constantFrom(...COMPLEX) });
  const simple = fc.oneof(
    { weight: 6, arbitrary: compareText },
    { weight: 1, arbitrary: compareBoolean },
    { weight: 1, arbitrary: compareDate },
    { weight: 1, arbitrary: compareNull },
    { weight: 2, arbitrary: present },
  );
  const valuePath = fc.constantFrom(...(Object.keys(LISTS) as (keyof typeof LISTS)[])).chain((list) => {
    const part: fc.Arbitrary<Node> = fc.oneof(
      fc.record({
        kind: fc.constant('compare' as const),
        path: fc.constantFrom(...LISTS[list]),
        operator: fc.constantFrom(...OPERATORS),
        value: text,
      }),
      fc.record({ kind: fc.constant('present' as const), path: fc.constantFrom(...LISTS[list]) }),
    );
    return connected(part, 1).map((condition) => ({ kind: 'valuePath' as const, list, condition }));
  });
  return connected(
    fc.oneof({ weight: 4, arbitrary: simple as fc.Arbitrary<Node> }, { weight: 1, arbitrary: valuePath }),
    2,
  );
}

function connected(leaf: fc.Arbitrary<Node>, depth: number): fc.Arbitrary<Node> {
  if (depth === 0) return leaf;
  const inner = connected(leaf, depth - 1);
  return fc.oneof(
    { weight: 3, arbitrary: inner },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constantFrom('and' as const, 'or' as const),
        operands: fc.array(inner, { minLength: 2, maxLength: 3 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('not' as const), operand: inner }) },
  );
}
