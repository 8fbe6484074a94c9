import { standInFor } from '../directory/addresses.js';
import type { Attribute, ResourceTable } from '../directory/attributes.js';
import type { UserAttributes } from '../directory/shapes.js';
import { type PlainAttribute, USER_COLUMNS_BY_NAME } from '../directory/user-columns.js';
import { isJsonObject, isUnassigned, type JsonObject } from './json-input.js';

const NAMES_BY_COLUMN: ReadonlyMap<string, PlainAttribute> = new Map(
  Object.entries(USER_COLUMNS_BY_NAME).map(([name, column]) => [`u.${column}`, name as PlainAttribute]),
);

/**
 * What the directory keeps of a person, as plain JSON in the names of a table; what the person does not have is left
 * out. The same object is what a GET shows and what a PATCH is applied to (on a copy: values are shared with `user`),
 * so a client can address exactly what it can read.
 */
export function documentOf(user: UserAttributes, { common, schema, extensions }: ResourceTable): JsonObject {
  const document = { ...valuesOf(common, user), ...valuesOf(schema.attributes, user) };
  for (const extension of extensions) {
    const values = valuesOf(extension.schema.attributes, user);
    if (Object.keys(values).length > 0) document[extension.schema.id] = values;
  }
  return document;
}

function valuesOf(attributes: readonly Attribute[], user: UserAttributes): JsonObject {
  const values: JsonObject = {};
  for (const attribute of attributes) {
    const value = valueIn(attribute, user);
    if (value !== undefined && value !== null) values[attribute.name] = value;
  }
  return values;
}

function valueIn({ storage, subAttributes }: Attribute, user: UserAttributes): unknown {
  switch (storage.in) {
    case 'column': {
      const name = NAMES_BY_COLUMN.get(storage.column);
      return name && user[name];
    }
    case 'row':
      return user.email === null ? undefined : [standInFor(user.email)];
    case 'document': {
      const kept = storage.path.reduce<unknown>(
        (home, name) => (isJsonObject(home) ? home[name] : undefined),
        user.profile,
      );
      return kept === undefined && storage.standIn && user.email !== null ? [standInFor(user.email)] : kept;
    }
    case 'parts': {
      const parts = valuesOf(subAttributes ?? [], user);
      return Object.keys(parts).length > 0 ? parts : undefined;
    }
    default:
      return undefined;
  }
}

/** A person read back out of a document. What could be missing is; `active` is when nothing was said about it. */
export type DocumentReading = Partial<Record<PlainAttribute, unknown>> & { profile: JsonObject };

/** The inverse of `documentOf`: columns by the domain's names, and the rest. What is empty is nowhere. */
export function readDocument(
  document: JsonObject,
  { common, schema, extensions }: ResourceTable,
): DocumentReading {
  const reading: DocumentReading = { profile: {} };
  collect([...common, ...schema.attributes], document, reading);
  for (const extension of extensions) {
    const values = document[extension.schema.id];
    if (isJsonObject(values)) collect(extension.schema.attributes, values, reading);
  }
  return reading;
}

function collect(attributes: readonly Attribute[], home: JsonObject, reading: DocumentReading): void {
  for (const { name, storage, subAttributes } of attributes) {
    const value = home[name];
    if (isUnassigned(value)) continue;
    if (storage.in === 'parts' && isJsonObject(value)) collect(subAttributes ?? [], value, reading);
    if (storage.in === 'document') keep(reading.profile, storage.path, value);
    if (storage.in !== 'column') continue;
    const plain = NAMES_BY_COLUMN.get(storage.column);
    if (plain) reading[plain] = value;
  }
}

function keep(profile: JsonObject, path: readonly string[], value: unknown): void {
  let home = profile;
  for (const name of path.slice(0, -1)) {
    const present = home[name];
    const next = isJsonObject(present) ? present : {};
    home[name] = next;
    home = next;
  }
  const last = path.at(-1);
  if (last !== undefined) home[last] = value;
}
