import type { Attribute } from '../directory/attributes.js';
import { MAX_VALUES } from '../directory/profile-input.js';
import { DomainError } from '../kernel/errors.js';
import { booleanFrom, describe, isJsonObject, isUnassigned, type JsonObject } from './json-input.js';
import { refused } from './patch.js';
import { subAttribute } from './patch-path.js';

/** Hears what a PATCH did, in the names of `PatchTarget`. */
export interface PatchLog {
  changed(name: string): void;
  /** Something not supported or not the client's to change was passed over (B9, B17). */
  ignored(name: string): void;
}

/** One attribute inside its parent: `home` is the resource, an extension's object, or one complex value. */
export interface Place {
  readonly home: JsonObject;
  readonly attribute: Attribute;
  /** What precedes the attribute in names: nothing, `name.`, or a URN and a colon. */
  readonly prefix: string;
}

/** Whether only the service may set the attribute (RFC 7643 section 2.2). */
export const isReadOnly = (attribute: Attribute): boolean => attribute.mutability === 'readOnly';

/**
 * Add or replace of a whole attribute. The two differ for lists only, which an add extends; of a complex value both
 * leave the sub-attributes alone that are not mentioned (RFC 7644 sections 3.5.2.1 and 3.5.2.3).
 * @throws DomainError INVALID_INPUT `invalidValue` for a value of the wrong type.
 */
export function assign(place: Place, op: 'add' | 'replace', value: unknown, log: PatchLog): void {
  const { home, attribute, prefix } = place;
  const name = prefix + attribute.name;
  if (attribute.multiValued) {
    const elements = elementsFrom(place, value, log);
    const before = op === 'add' ? elementsOf(place) : [];
    const isThere = (element: JsonObject, index: number) =>
      [...before, ...elements.slice(0, index)].some((one) => isSame(one, element, attribute));
    const added = op === 'add' ? elements.filter((element, index) => !isThere(element, index)) : elements;
    setElements(place, [...before, ...added], new Set(added), log);
  } else if (isUnassigned(value)) {
    // There is no such thing as an empty boolean: Entra's null beside real changes must not undo anything.
    if (attribute.type === 'boolean') log.ignored(name);
    else clear(place, log);
  } else if (attribute.type === 'complex') {
    const before = home[attribute.name];
    const after = isJsonObject(before) ? before : {};
    assignParts(after, attribute, partsFrom(place, value), `${name}.`, log);
    home[attribute.name] = after;
  } else {
    home[attribute.name] = simpleFrom(attribute, value, name);
    log.changed(name);
  }
}

/** Leaves the attribute without a value; clearing what has none is no error. */
export function clear({ home, attribute, prefix }: Place, log: PatchLog): void {
  delete home[attribute.name];
  const name = prefix + attribute.name;
  const parts = attribute.multiValued ? [] : (attribute.subAttributes ?? []);
  log.changed(name);
  for (const part of parts) log.changed(`${name}.${part.name}`);
}

/** The elements of a multi-valued complex attribute as they are now. */
export function elementsOf({ home, attribute }: Place): JsonObject[] {
  const value = home[attribute.name];
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/**
 * Stores a list after an operation that made or changed the elements in `touched`. At most one element stays primary,
 * the one that was made so last (RFC 7643 section 2.4). Where the directory keeps a single value of a list, an element
 * takes the place of the one with its type: an added work address is a new work address, not a second.
 */
export function setElements(
  place: Place,
  elements: JsonObject[],
  touched: Set<JsonObject>,
  log: PatchLog,
): void {
  const { home, attribute, prefix } = place;
  const name = prefix + attribute.name;
  if (elements.length > MAX_VALUES) {
    throw new DomainError(
      'LIMIT_EXCEEDED',
      `'${name}' would hold ${elements.length} values; ${MAX_VALUES} are allowed. Send fewer.`,
      {
        scimType: 'tooMany',
      },
    );
  }
  const primary = elements.findLast((element) => touched.has(element) && element.primary === true);
  if (primary) {
    for (const element of elements) {
      if (element !== primary && element.primary === true) element.primary = false;
    }
  }
  const types = new Set([...touched].map(typeOf).filter((type) => type !== undefined));
  const keepsOne = attribute.storage.in === 'row';
  home[attribute.name] = keepsOne
    ? elements.filter((element) => touched.has(element) || !types.has(typeOf(element) ?? ''))
    : elements;
  log.changed(name);
}

const typeOf = ({ type }: JsonObject): string | undefined =>
  typeof type === 'string' ? type.toLowerCase() : undefined;

const isSame = (a: JsonObject, b: JsonObject, attribute: Attribute): boolean =>
  (attribute.subAttributes ?? []).every(({ name }) => a[name] === b[name]);

/** The elements a value names: a list, or one element alone; a plain string stands for `{value: string}`. */
export function elementsFrom(place: Place, value: unknown, log: PatchLog): JsonObject[] {
  const sent = (Array.isArray(value) ? value : [value]).filter((element) => !isUnassigned(element));
  const name = place.prefix + place.attribute.name;
  if (sent.length > MAX_VALUES) {
    throw new DomainError(
      'LIMIT_EXCEEDED',
      `${sent.length} values of '${name}' arrived; ${MAX_VALUES} are allowed. Send fewer.`,
      {
        scimType: 'tooMany',
      },
    );
  }
  return sent
    .map((element) => {
      const made: JsonObject = {};
      assignParts(made, place.attribute, partsFrom(place, element), `${name}.`, silenced(log));
      return made;
    })
    .filter((element) => Object.keys(element).length > 0);
}

/** Sets the sub-attributes that a complex value mentions. */
export function assignParts(
  home: JsonObject,
  parent: Attribute,
  sent: JsonObject,
  prefix: string,
  log: PatchLog,
): void {
  for (const [key, value] of Object.entries(sent)) {
    const attribute = subAttribute(parent, key);
    if (!attribute || isReadOnly(attribute)) log.ignored(prefix + key);
    else assign({ home, attribute, prefix }, 'replace', value, log);
  }
}

/** A list changes as a whole: its parts are no names of their own. */
export const silenced = (log: PatchLog): PatchLog => ({
  changed: () => {},
  ignored: (name) => log.ignored(name),
});

/** Entra has sent a manager as a list of one, and as the bare id. */
export function partsFrom({ attribute, prefix }: Place, value: unknown): JsonObject {
  const sent = Array.isArray(value) && value.length === 1 ? value[0] : value;
  if (isJsonObject(sent)) return sent;
  if (typeof sent === 'string' && subAttribute(attribute, 'value')) return { value: sent };
  throw refused(
    'invalidValue',
    `'${prefix}${attribute.name}' needs an object, but ${describe(sent)} arrived.`,
  );
}

function simpleFrom(attribute: Attribute, value: unknown, name: string): string | boolean {
  const wanted = attribute.type === 'boolean' ? 'true or false' : 'a string';
  const read = attribute.type === 'boolean' ? booleanFrom(value) : value;
  if (typeof read === 'boolean' && attribute.type === 'boolean') return read;
  if (typeof read === 'string') return read;
  throw refused('invalidValue', `'${name}' needs ${wanted}, but ${describe(value)} arrived.`);
}
