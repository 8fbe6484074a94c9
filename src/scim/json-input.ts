import { isIndexable, isStorableText } from '../kernel/fold.js';
import type { Problems } from './problems.js';

export type JsonObject = Record<string, unknown>;

/** Characters an attribute may have unless it says otherwise: above what any of the providers' own fields hold. */
const MAX_TEXT_LENGTH = 256;

const QUOTED_LENGTH = 40;

/** Whether a JSON value is an object; lists and null are not. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a client means by "nothing here": Entra sends null, JumpCloud empty lists, OneLogin empty strings. */
export function isUnassigned(value: unknown): boolean {
  return (
    value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
  );
}

/**
 * Reads members by name in any letter case (RFC 7643 section 2.1; Entra sends `Primary`). Of two spellings of one
 * name the exact one counts, else the first. Names are those of schemas, in ASCII.
 */
export function membersOf(object: JsonObject): (name: string) => unknown {
  let names: string[] | undefined;
  return (name) => {
    if (Object.hasOwn(object, name)) return object[name];
    names ??= Object.keys(object);
    const key = name.toLowerCase();
    const spelt = names.find((other) => other.length === key.length && other.toLowerCase() === key);
    return spelt === undefined ? undefined : object[spelt];
  };
}

/** true, false and their spellings as strings ("True", "false"); anything else is undefined. */
export function booleanFrom(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? value.toLowerCase() : undefined;
  return word === 'true' ? true : word === 'false' ? false : undefined;
}

/** "a number", "the string "may..."": what arrived, short enough and plain enough to be shown to an administrator. */
export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return `the string ${quote(value)}`;
  return typeof value === 'object' ? 'an object' : `the ${typeof value} ${String(value)}`;
}

/** The start of a client's text in double quotes, with every control character escaped. */
export function quote(text: string): string {
  return JSON.stringify(text.length > QUOTED_LENGTH ? `${text.slice(0, QUOTED_LENGTH)}...` : text);
}

/**
 * A string exactly as it was sent, or null when it is absent, null or empty. Anything that is no storable string of
 * at most MAX_TEXT_LENGTH characters becomes a problem.
 */
export function textFrom(value: unknown, attribute: string, problems: Problems): string | null {
  if (isUnassigned(value)) return null;
  if (typeof value !== 'string') {
    problems.add(attribute, `Must be a string, but ${describe(value)} arrived.`);
  } else if (!isStorableText(value)) {
    problems.add(attribute, 'Must not contain a NUL character or half of a surrogate pair.');
  } else if (value.length > MAX_TEXT_LENGTH) {
    problems.add(attribute, `Must have at most ${MAX_TEXT_LENGTH} characters, but ${value.length} arrived.`);
  } else {
    return value;
  }
  return null;
}

/** A required string that must be unique: as textFrom, and neither missing nor blank nor too long to be indexed. */
export function nameFrom(value: unknown, attribute: string, problems: Problems): string | null {
  const text = textFrom(value, attribute, problems);
  if (problems.has(attribute)) return null;
  if (text === null) {
    problems.missing(attribute);
  } else if (text.trim() === '') {
    problems.add(attribute, 'Must not be blank.');
  } else if (!isIndexable(text)) {
    problems.add(attribute, 'Has too many compatibility characters to be compared; send a shorter value.');
  } else {
    return text;
  }
  return null;
}
