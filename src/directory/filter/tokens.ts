import { isStorableText } from '../../kernel/fold.js';
import { invalidFilter, shown } from './refusal.js';

/** A word is a name, an operator or a keyword. `start` and `end` are offsets in UTF-16 units, `end` exclusive. */
export type Token =
  | { kind: 'word'; text: string; start: number; end: number }
  | { kind: 'string'; value: string; start: number; end: number }
  | { kind: 'number'; value: number; start: number; end: number }
  | { kind: '(' | ')' | '[' | ']' | '='; start: number; end: number }
  | { kind: 'end'; start: number; end: number };

const isSpace = (char: string): boolean => char === ' ' || char === '\t' || char === '\n' || char === '\r';
const isDigit = (char: string): boolean => char >= '0' && char <= '9';
const isLetter = (char: string): boolean => (char >= 'a' && char <= 'z') || (char >= 'A' && char <= 'Z');
const isPunctuation = (char: string): char is '(' | ')' | '[' | ']' | '=' => '()[]='.includes(char);
/** Letters of names, of URNs (`:`), of paths (`.`), of `$ref`, and of the numbers that begin like names. */
const isWordCharacter = (char: string): boolean => isLetter(char) || isDigit(char) || '_$-.:'.includes(char);
const isNumberCharacter = (char: string): boolean => isWordCharacter(char) || char === '+';

/** JSON's number, matched against one token only. */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

/** The first offset from `from` whose character does not pass; at most the text's length. */
function skip(text: string, from: number, passes: (char: string) => boolean): number {
  let at = from;
  while (at < text.length && passes(text.charAt(at))) at += 1;
  return at;
}

/** The UTF-16 unit of a four-digit escape whose digits begin at `at`. */
function unicodeEscape(text: string, at: number): string {
  const digits = text.slice(at, at + 4);
  if (!/^[0-9a-fA-F]{4}$/.test(digits)) {
    throw invalidFilter(text, at, 'expected four hexadecimal digits after \\u');
  }
  return String.fromCharCode(Number.parseInt(digits, 16));
}

/** A JSON string that begins at `start`. What PostgreSQL cannot store cannot be searched either. */
function readString(text: string, start: number): Token {
  const pieces: string[] = [];
  let at = start + 1;
  while (at < text.length) {
    const plain = skip(text, at, (char) => char !== '"' && char !== '\\' && char >= ' ');
    if (plain > at) pieces.push(text.slice(at, plain));
    at = plain;
    const char = text.charAt(at);
    if (char === '"') {
      const value = pieces.join('');
      if (isStorableText(value)) return { kind: 'string', value, start, end: at + 1 };
      throw invalidFilter(text, start, 'expected text without NUL characters and unpaired surrogates');
    }
    if (char === '\\') {
      const letter = text.charAt(at + 1);
      const escaped = letter === 'u' ? unicodeEscape(text, at + 2) : ESCAPES.get(letter);
      if (escaped === undefined) {
        throw invalidFilter(
          text,
          at,
          'expected one of \\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX after the backslash',
        );
      }
      pieces.push(escaped);
      at += letter === 'u' ? 6 : 2;
    } else if (char !== '') {
      throw invalidFilter(
        text,
        at,
        'control characters in text must be written as escapes (\\n, \\t, \\u0001)',
      );
    }
  }
  throw invalidFilter(text, start, 'this text has no closing double quote');
}

function readNumber(text: string, start: number): Token {
  const end = skip(text, start, isNumberCharacter);
  const written = text.slice(start, end);
  if (NUMBER.test(written)) return { kind: 'number', value: Number(written), start, end };
  throw invalidFilter(text, start, `expected text in double quotes or a number; found ${shown(written)}`);
}

/** Splits a filter into tokens in one pass: every character is looked at once, whatever the input. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = skip(text, 0, isSpace);
  while (at < text.length) {
    const token = readToken(text, at);
    tokens.push(token);
    at = skip(text, token.end, isSpace);
  }
  tokens.push({ kind: 'end', start: at, end: at });
  return tokens;
}

function readToken(text: string, at: number): Token {
  const char = text.charAt(at);
  if (char === '"') return readString(text, at);
  if (isPunctuation(char)) return { kind: char, start: at, end: at + 1 };
  if (isDigit(char) || char === '-') return readNumber(text, at);
  if (isWordCharacter(char)) {
    const end = skip(text, at, isWordCharacter);
    return { kind: 'word', text: text.slice(at, end), start: at, end };
  }
  if (char === "'") throw invalidFilter(text, at, 'text must be in double quotes, not single quotes');
  const codePoint = String.fromCodePoint(text.codePointAt(at) ?? 0);
  throw invalidFilter(text, at, `expected an attribute, an operator or a value; found ${shown(codePoint)}`);
}
