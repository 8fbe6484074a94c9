import type { Attribute, ResourceTable, Schema } from '../directory/attributes.js';
import type { Filter } from '../directory/filter/ast.js';
import { parseFilter } from '../directory/filter/parse.js';
import { findAttribute } from '../directory/find-attribute.js';
import { DomainError } from '../kernel/errors.js';
import { quote } from './json-input.js';

/** A path longer than this, in characters, is none of a provider's: the longest known is a URN with a value filter. */
const MAX_PATH_LENGTH = 4_096;

/** A path of RFC 7644 section 3.5.2 (figure 7), names as they were sent and not yet looked up. */
export interface PatchPath {
  readonly text: string;
  /** What is before the bracket: `emails`, `name.givenName`, `urn:...:User:employeeNumber`. */
  readonly head: string;
  readonly filter?: Filter;
  /** What follows the bracket: `value` of `emails[type eq "work"].value`. */
  readonly part?: string;
}

/** `a` or `a.b`; a name qualified by a schema is not taken apart, because a URN may hold dots and foreign ones anything. */
const HEAD = /^(?:[a-z$][\w$-]*(?:\.[a-z$][\w$-]*)?|[a-z][\w+.-]*:[^\s"[\]]+)$/i;
const PART = /^\.[a-z$][\w$-]*$/i;

/**
 * Reads `attr`, `attr.sub`, `attr[filter]`, `attr[filter].sub`, each with or without a schema's URN in front.
 * @throws DomainError INVALID_INPUT `invalidPath` naming the path and what is wrong with it.
 */
export function parsePatchPath(sent: string): PatchPath {
  const text = sent.trim();
  if (text.length > MAX_PATH_LENGTH)
    throw invalidPath(text, `it has more than ${MAX_PATH_LENGTH} characters`);
  const opening = text.indexOf('[');
  const head = opening < 0 ? text : text.slice(0, opening);
  if (!HEAD.test(head))
    throw invalidPath(text, 'it must begin with an attribute such as title or name.givenName');
  if (opening < 0) return { text, head };

  const closing = closingBracket(text, opening);
  if (closing < 0) throw invalidPath(text, 'the "[" is never closed');
  const filter = conditionOf(text, text.slice(opening, closing + 1));
  const rest = text.slice(closing + 1);
  if (rest === '') return { text, head, filter };
  if (!PART.test(rest)) throw invalidPath(text, 'after "]" only a sub-attribute such as .value may follow');
  return { text, head, filter, part: rest.slice(1) };
}

/** Whether a member name of a value without a path can be a path at all; foreign schemas use any text (B9). */
export const looksLikePath = (name: string): boolean => HEAD.test(name.split('[', 1)[0] ?? '');

/** The "]" that ends the filter, not one inside its text. */
function closingBracket(text: string, opening: number): number {
  let quoted = false;
  for (let at = opening + 1; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (quoted && char === '\\') at += 1;
    else if (char === '"') quoted = !quoted;
    else if (char === ']' && !quoted) return at;
  }
  return -1;
}

/** The bracket is read behind a stand-in name, since the grammar of a filter has it only there. */
function conditionOf(text: string, bracket: string): Filter {
  try {
    const filter = parseFilter(`it${bracket}`);
    if (filter.kind === 'element') return filter.condition;
  } catch (error) {
    if (error instanceof DomainError) throw invalidPath(text, `in its brackets, ${error.message}`, error);
    throw error;
  }
  throw invalidPath(text, 'its brackets must hold a filter such as [type eq "work"]');
}

/** The refusal of a path, with the keyword of RFC 7644 section 3.12. */
export function invalidPath(path: string, reason: string, cause?: unknown): DomainError {
  const message = `The path ${quote(path)} cannot be used: ${reason.replace(/\.$/, '')}.`;
  return new DomainError('INVALID_INPUT', message, { scimType: 'invalidPath', cause });
}

/** What a path means on one resource. */
export interface PatchTarget {
  /** Set when the attribute lives under an extension's URN. */
  readonly extension?: Schema;
  /** Absent when the path is the URN of an extension alone: then it means all of its attributes. */
  readonly attribute?: Attribute;
  /** The sub-attribute, when one was named. */
  readonly part?: Attribute;
  readonly filter?: Filter;
  /** `name.givenName`, `emails.value`, `urn:...:User:employeeNumber`: the one spelling of this target. */
  readonly name: string;
}

/**
 * Looks a path up; undefined when the resource has no such attribute.
 * @throws DomainError INVALID_INPUT `invalidPath` for brackets behind an attribute that has one value.
 */
export function resolvePath(table: ResourceTable, path: PatchPath): PatchTarget | undefined {
  const found = findAttribute(table, path.head);
  if (!found) {
    const extension = table.extensions.find(
      ({ schema }) => schema.id.toLowerCase() === path.head.toLowerCase(),
    );
    return extension && path.filter === undefined
      ? { extension: extension.schema, name: extension.schema.id }
      : undefined;
  }
  const attribute = found.parent ?? found.attribute;
  const part = found.parent ? found.attribute : path.part && subAttribute(attribute, path.part);
  if (path.part !== undefined && (!part || found.parent)) return undefined;
  if (path.filter && (found.parent || !attribute.multiValued)) {
    throw invalidPath(
      path.text,
      `${found.path} has a single value, so nothing in it can be selected with [...]`,
    );
  }
  const prefix = found.extension ? `${found.extension.id}:` : '';
  return {
    ...(found.extension && { extension: found.extension }),
    attribute,
    ...(part && { part }),
    ...(path.filter && { filter: path.filter }),
    name: `${prefix}${attribute.name}${part ? `.${part.name}` : ''}`,
  };
}

/** A sub-attribute by its name in any letter case. */
export function subAttribute(attribute: Attribute, name: string): Attribute | undefined {
  const wanted = name.toLowerCase();
  return attribute.subAttributes?.find((one) => one.name.toLowerCase() === wanted);
}
