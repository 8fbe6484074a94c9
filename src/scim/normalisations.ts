import { CORE_GROUP, CORE_USER, ENTERPRISE_USER, type ResourceTable } from '../directory/attributes.js';
import { isJsonObject, isUnassigned, type JsonObject, membersOf } from './json-input.js';
import { PATCH_OP } from './patch.js';

/** Elements of a list that are looked at: whoever sends one in an odd form sends all of them so. */
const LOOKED_AT = 20;

/** Members a client may send and only the server decides (B17): passing them over changes nothing anybody asked for. */
const ECHOED = new Set(['schemas', 'id', 'meta', 'groups']);

/**
 * What the body of a write said in another way than the RFCs have it and was understood all the same, as `kind: place`.
 * The kinds: `boolean-as-string`, `op-letter-case`, `name-letter-case`, `emails-as-object`, `emails-as-text`,
 * `extension-first`, `extension-unlisted`, `unknown-schema`, `employeeNumber-as-externalId`, `one-email-kept`,
 * `reference-as-text`.
 */
export function normalisationsOf(body: unknown): string[] {
  if (!isJsonObject(body)) return [];
  const found = new Set<string>();
  const member = membersOf(body);
  const operations = member('Operations');
  if (Array.isArray(operations)) {
    for (const operation of operations.slice(0, LOOKED_AT))
      if (isJsonObject(operation)) ofOperation(operation, found);
  } else {
    ofSchemas(body, member('schemas'), found);
    ofResource(body, '', found);
  }
  return [...found];
}

function ofOperation(operation: JsonObject, found: Set<string>): void {
  const member = membersOf(operation);
  const [op, path, value] = [member('op'), member('path'), member('value')];
  if (typeof op === 'string' && op !== op.toLowerCase()) found.add(`op-letter-case: ${op}`);
  if (typeof path === 'string' && path !== '') ofValue(path, value, found);
  else if (isJsonObject(value)) ofResource(value, '', found);
}

function ofSchemas(body: JsonObject, schemas: unknown, found: Set<string>): void {
  const listed = Array.isArray(schemas) ? schemas.filter((urn) => typeof urn === 'string') : [];
  const known = new Set([CORE_USER, CORE_GROUP, ENTERPRISE_USER, PATCH_OP].map((urn) => urn.toLowerCase()));
  for (const urn of listed.slice(0, LOOKED_AT)) {
    if (!known.has(urn.toLowerCase())) found.add(`unknown-schema: ${urn}`);
  }
  if (listed.length > 1 && listed[0]?.toLowerCase() === ENTERPRISE_USER.toLowerCase()) {
    found.add(`extension-first: ${ENTERPRISE_USER}`);
  }
  const isSent = Object.keys(body).some((name) => name.toLowerCase() === ENTERPRISE_USER.toLowerCase());
  if (isSent && !listed.some((urn) => urn.toLowerCase() === ENTERPRISE_USER.toLowerCase())) {
    found.add(`extension-unlisted: ${ENTERPRISE_USER}`);
  }
}

function ofResource(resource: JsonObject, prefix: string, found: Set<string>): void {
  for (const [name, value] of Object.entries(resource)) ofValue(prefix + name, value, found);
  if (prefix !== '') return;
  const member = membersOf(resource);
  const enterprise = member(ENTERPRISE_USER);
  const standsIn = isJsonObject(enterprise) && !isUnassigned(membersOf(enterprise)('employeeNumber'));
  if (standsIn && isUnassigned(member('externalId')) && !isUnassigned(member('userName'))) {
    found.add('employeeNumber-as-externalId: externalId');
  }
}

const BOOLEANS = /(^|\.)(active|primary)$/i;
const TEXT_BOOLEAN = /^(true|false)$/i;
const MISSPELT = /^[A-Z]/;
/** A schema's own name, which is spelt so. */
const URN_END = /^urn:.*:(User|Group)$/i;

function ofValue(path: string, value: unknown, found: Set<string>): void {
  const name = path.split(/[.:]/).at(-1) ?? path;
  if (MISSPELT.test(name) && !URN_END.test(path)) found.add(`name-letter-case: ${path}`);
  if (typeof value === 'string' && BOOLEANS.test(path) && TEXT_BOOLEAN.test(value)) {
    found.add(`boolean-as-string: ${path}`);
  }
  if (/^manager$/i.test(name) && typeof value === 'string' && value !== '')
    found.add(`reference-as-text: ${path}`);
  if (/^emails$/i.test(path)) ofEmails(path, value, found);
  for (const element of Array.isArray(value) ? value.slice(0, LOOKED_AT) : [value]) {
    if (isJsonObject(element)) ofResource(element, `${path}.`, found);
  }
}

function ofEmails(path: string, value: unknown, found: Set<string>): void {
  if (isJsonObject(value)) found.add(`emails-as-object: ${path}`);
  const elements = Array.isArray(value) ? value : [];
  if (typeof value === 'string' || elements.some((element) => typeof element === 'string')) {
    found.add(`emails-as-text: ${path}`);
  }
  if (elements.length > 1) found.add(`one-email-kept: ${path}`);
}

/** The members of a POST or PUT body that the table of its resource does not have and nobody kept (B9). */
export function ignoredIn(body: unknown, table: ResourceTable): string[] {
  if (!isJsonObject(body) || membersOf(body)('Operations') !== undefined) return [];
  const ignored: string[] = [];
  for (const [name, value] of Object.entries(body)) {
    if (ECHOED.has(name.toLowerCase()) || isUnassigned(value)) continue;
    const extension = table.extensions.find(({ schema }) => sameName(schema.id, name));
    const attribute = find(table.schema.attributes, name) ?? find(table.common, name);
    const parts = extension ? extension.schema.attributes : attribute?.subAttributes;
    if (!extension && !attribute) ignored.push(name);
    else if (parts && isJsonObject(value)) {
      const separator = extension ? ':' : '.';
      for (const [part, inner] of Object.entries(value)) {
        if (!find(parts, part) && !isUnassigned(inner)) ignored.push(`${name}${separator}${part}`);
      }
    }
  }
  return ignored;
}

const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

const find = (attributes: ResourceTable['schema']['attributes'], name: string) =>
  attributes.find((attribute) => sameName(attribute.name, name));
