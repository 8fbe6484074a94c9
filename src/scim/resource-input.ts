import type { Attribute, ResourceTable } from '../directory/attributes.js';
import { DomainError } from '../kernel/errors.js';
import { describe, isJsonObject, isUnassigned, type JsonObject, membersOf } from './json-input.js';
import { assign, isReadOnly } from './patch-value.js';
import { Problems } from './problems.js';

/**
 * A resource of a POST or PUT in the spelling of its table: names in any letter case, "True" a boolean, null and empty
 * values left out, a bare string for `{value: string}`, of several primary values the last. What the table does not
 * have and what only the server writes is not looked at (RFC 7644 section 3.3).
 * @throws DomainError INVALID_INPUT naming every attribute at fault in the shape of B13.
 */
export function resourceFrom(json: unknown, table: ResourceTable): JsonObject {
  if (!isJsonObject(json)) {
    throw new DomainError(
      'INVALID_INPUT',
      `A ${table.name} must be a JSON object, but ${describe(json)} arrived.`,
      { scimType: 'invalidSyntax' },
    );
  }
  const problems = new Problems();
  const core = [...table.common, ...table.schema.attributes];
  const resource = membersFrom(json, core, '', problems);
  for (const { schema } of table.extensions) {
    const sent = membersOf(json)(schema.id);
    if (isJsonObject(sent)) {
      resource[schema.id] = membersFrom(sent, schema.attributes, `${schema.id}:`, problems);
    } else if (!isUnassigned(sent)) {
      problems.add(schema.id, `Must be an object, but ${describe(sent)} arrived.`);
    }
  }
  problems.throwIfAny();
  return resource;
}

const SILENT = { changed: () => {}, ignored: () => {} };

function membersFrom(
  sent: JsonObject,
  attributes: readonly Attribute[],
  prefix: string,
  problems: Problems,
): JsonObject {
  const member = membersOf(sent);
  const home: JsonObject = {};
  for (const attribute of attributes) {
    if (isReadOnly(attribute)) continue;
    const name = prefix + attribute.name;
    const value = member(attribute.name);
    if (attribute.required && isUnassigned(value)) problems.missing(name);
    else collecting(problems, name, () => assign({ home, attribute, prefix }, 'replace', value, SILENT));
  }
  return home;
}

/** A value at fault is one problem among others; a limit that is passed ends the reading. */
function collecting(problems: Problems, name: string, step: () => void): void {
  try {
    step();
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'INVALID_INPUT') throw error;
    problems.add(name, error.message);
  }
}
