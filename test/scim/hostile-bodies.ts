/** A body that no writing route may take, whatever it does. */
export interface HostileBody {
  title: string;
  payload: string | Buffer;
  /** 400 unless it says otherwise. */
  status?: number;
}

const inside = (member: string): string => `{"userName": "x@y.example", "displayName": "x", ${member}}`;
const nested = (depth: number, open: string, close: string): string =>
  inside(`"members": ${open.repeat(depth)}1${close.repeat(depth)}`);

const proto = '"\\u005f_proto__"';

/** Bodies that are not JSON, or not text, or JSON that a parser can be hurt with (abuse 16). */
export const NO_JSON: HostileBody[] = [
  { title: 'blanks', payload: ' \n\t ' },
  { title: 'an open brace', payload: '{' },
  { title: 'a closing brace', payload: '}' },
  { title: 'half a string', payload: '{"userName": "x' },
  { title: 'no value', payload: '{"userName": }' },
  { title: 'a comma too many', payload: '{"userName": "x",}' },
  { title: 'two documents', payload: '{} {}' },
  { title: 'single quotes', payload: "{'userName': 'x'}" },
  { title: 'a comment', payload: '{} // x' },
  { title: 'NaN', payload: inside('"title": NaN') },
  { title: 'Infinity', payload: inside('"title": -Infinity') },
  { title: 'a leading zero', payload: inside('"title": 01') },
  { title: 'a hexadecimal escape', payload: inside('"title": "\\x41"') },
  { title: 'half an escape', payload: inside('"title": "\\u12"') },
  { title: 'a raw NUL', payload: inside('"title": "a\u0000b"') },
  { title: 'a raw line break', payload: inside('"title": "a\nb"') },
  { title: 'a form', payload: 'userName=x&active=true' },
  { title: 'XML', payload: '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>' },
  { title: 'two byte order marks', payload: `\ufeff\ufeff${inside('"title": "x"')}` },
  { title: 'UTF-16', payload: Buffer.from(`\ufeff${inside('"title": "x"')}`, 'utf16le') },
  { title: 'UTF-32', payload: Buffer.from([...'{}'].flatMap((c) => [0, 0, 0, c.charCodeAt(0)])) },
  { title: 'Latin-1', payload: Buffer.from(inside('"title": "\u00e9"'), 'latin1') },
  { title: 'an overlong NUL', payload: Buffer.from('7b2261223a22c080227d', 'hex') },
  { title: 'a surrogate in UTF-8', payload: Buffer.from('7b2261223a22eda080227d', 'hex') },
  { title: 'UTF-8 that stops in a character', payload: Buffer.from('7b2261223a22f09f98', 'hex') },
  { title: 'gzip', payload: Buffer.from('1f8b0800000000000003ab56020043bfa6a302000000', 'hex') },
  { title: '__proto__', payload: inside('"__proto__": {"polluted": true}') },
  { title: '__proto__ in a value', payload: inside('"name": {"__proto__": {"polluted": true}}') },
  { title: '__proto__ in a list', payload: inside('"emails": [{"__proto__": {"polluted": true}}]') },
  { title: '__proto__ of null', payload: inside('"__proto__": null') },
  { title: 'an escaped __proto__', payload: inside(`${proto}: {"polluted": true}`) },
  { title: '__proto__ twice', payload: inside('"__proto__": 1, "__proto__": {"polluted": true}') },
  { title: 'constructor.prototype', payload: inside('"constructor": {"prototype": {"polluted": true}}') },
  {
    title: 'an escaped constructor',
    payload: inside('"c\\u006fnstructor": {"pr\\u006ftotype": {"polluted": true}}'),
  },
  { title: '33 levels', payload: nested(32, '[', ']') },
  { title: '10,000 lists', payload: nested(10_000, '[', ']') },
  { title: '10,000 objects', payload: nested(10_000, '{"a":', '}') },
  { title: '100,000 brackets that never close', payload: '['.repeat(100_000) },
  { title: '100,000 quotes', payload: '"'.repeat(100_001) },
  { title: '9 MB', payload: inside(`"title": "${'x'.repeat(9_000_000)}"`), status: 413 },
];

/** JSON, but no object: a body that only a DELETE, which reads none, may have. */
export const NO_OBJECT: HostileBody[] = [
  { title: 'nothing', payload: '' },
  ...['null', 'true', 'false', '0', '-0', '1e400', '"x"', '""', '[]', '[{}]', '[[]]'].map((payload) => ({
    title: payload,
    payload,
  })),
  { title: 'a list of users', payload: '[{"userName": "x@y.example"}]' },
];

/** Objects with nothing in them that any route knows. A search needs nothing; whatever writes does. */
export const NOTHING_KNOWN: HostileBody[] = [
  { title: '{}', payload: '{}' },
  { title: 'a member without a name', payload: '{"": ""}' },
  {
    title: 'other words',
    payload: '{"user_name": "x", "display_name": "x", "operations": [], "toString": 1}',
  },
];

/** Media types and charsets that are not ours (B5): 415 on every route that reads a body. */
export const FOREIGN_TYPES = [
  'text/plain',
  'text/json',
  'text/html',
  'application/xml',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/octet-stream',
  'application/scim',
  'application/scim+xml',
  'application/scim+jsonx',
  'application/json-patch+json',
  'application/vnd.api+json',
  'application/json, text/plain',
  'application/json\ttext/plain',
  'application / json',
  'json',
  '*/*',
  '',
  'application/scim+json; charset=utf-16',
  'application/json; charset="iso-8859-1"',
  'application/json;charset=utf-7',
];

/** Puts what JSON.stringify cannot write in place of a marker. */
export const rawJson = (value: unknown): string =>
  JSON.stringify(value).replaceAll(/"@@(.*?)@@"/g, (_, raw: string) => raw);

/** What no text attribute can hold. */
export const NO_TEXT: [title: string, value: unknown][] = [
  ['zero', 0],
  ['minus zero', '@@-0@@'],
  ['1e400', '@@1e400@@'],
  ['a number with 400 digits', `@@${'9'.repeat(400)}@@`],
  ['true', true],
  ['an object', { value: 'x' }],
  ['an empty object', {}],
  ['a list', ['x']],
  ['a list of lists', [[['x']]]],
  ['NUL', 'a\u0000b@y.example'],
  ['half a surrogate pair', 'a\ud800b@y.example'],
  ['the other half', '\udfff@y.example'],
  ['257 characters', `${'x'.repeat(247)}@y.example`],
  ['100,000 characters', `${'x'.repeat(100_000)}@y.example`],
];

/** What is neither true nor false, however it is spelled. */
export const NO_BOOLEAN: [title: string, value: unknown][] = [
  ['0', 0],
  ['1', 1],
  ['1e400', '@@1e400@@'],
  ['"yes"', 'yes'],
  ['"true\\u0000"', 'true\u0000'],
  ['" true"', ' true'],
  ['a list', [true]],
  ['an object', { value: true }],
];
