import type { ResourceTable } from '../directory/attributes.js';
import { findAttribute } from '../directory/find-attribute.js';
import type { JsonObject } from './json-input.js';

/** The two query parameters as they arrive: a list in one string, or the parameter several times. */
export interface ProjectionQuery {
  readonly attributes?: string | readonly string[] | undefined;
  readonly excludedAttributes?: string | readonly string[] | undefined;
}

/** Attributes by path (`emails.value`, `URN:employeeNumber`), and the paths that lead to them (`emails`, `URN`). */
interface Selection {
  readonly paths: ReadonlySet<string>;
  readonly onTheWay: ReadonlySet<string>;
}

/** What one request wants to see of a resource. */
export interface Projection {
  readonly always: ReadonlySet<string>;
  readonly extensions: ReadonlySet<string>;
  /** Undefined without `attributes`: everything that is returned by default. */
  readonly only: Selection | undefined;
  readonly without: Selection | undefined;
}

function readSelection(
  list: string | readonly string[] | undefined,
  table: ResourceTable,
): Selection | undefined {
  const written = (typeof list === 'string' ? [list] : (list ?? [])).flatMap((one) => one.split(','));
  const names = written.map((name) => name.trim()).filter((name) => name !== '');
  if (names.length === 0) return undefined;
  const paths = new Set<string>();
  const onTheWay = new Set<string>();
  for (const name of names) {
    const whole = table.extensions.find(({ schema }) => schema.id.toLowerCase() === name.toLowerCase());
    if (whole) paths.add(whole.schema.id);
    const found = findAttribute(table, name);
    if (!found) continue;
    const home = found.extension ? `${found.extension.id}:` : '';
    paths.add(`${home}${found.path}`);
    if (found.extension) onTheWay.add(found.extension.id);
    if (found.parent) onTheWay.add(`${home}${found.parent.name}`);
  }
  return { paths, onTheWay };
}

/** What is shown of a table whatever is asked for. */
const constants = new WeakMap<ResourceTable, Pick<Projection, 'always' | 'extensions'>>();

function constantsOf(table: ResourceTable): Pick<Projection, 'always' | 'extensions'> {
  const known = constants.get(table);
  if (known) return known;
  const attributes = [...table.common, ...table.schema.attributes];
  const always = attributes.filter((one) => one.returned === 'always').map((one) => one.name);
  const found = {
    always: new Set(['schemas', ...always]),
    extensions: new Set(table.extensions.map(({ schema }) => schema.id)),
  };
  constants.set(table, found);
  return found;
}

/**
 * Reads `attributes` and `excludedAttributes` (RFC 7644 section 3.9): names in any letter case, with or without the
 * schema's URN, sub-attributes too. Names that are nobody's are ignored. When both arrive, both are honoured.
 */
export const readProjection = (query: ProjectionQuery, table: ResourceTable): Projection => ({
  ...constantsOf(table),
  only: readSelection(query.attributes, table),
  without: readSelection(query.excludedAttributes, table),
});

/** Whether a list that costs a query of its own is to be shown at all (B25, `excludedAttributes=members`). */
export function isWanted({ only, without }: Projection, attribute: 'members' | 'groups'): boolean {
  if (without?.paths.has(attribute)) return false;
  return !only || only.paths.has(attribute) || only.onTheWay.has(attribute);
}

/** The part of a resource that was asked for; `schemas` and `id` are always in it. */
export function project(resource: JsonObject, projection: Projection): JsonObject {
  const { always, extensions, only, without } = projection;
  if (!only && !without) return resource;
  const shown = Object.entries(resource).flatMap(([name, value]): [string, unknown][] => {
    if (always.has(name)) return [[name, value]];
    const separator = extensions.has(name) ? ':' : '.';
    const chosen = only ? choose(value, name, separator, only) : value;
    const left = without && chosen !== undefined ? remove(chosen, name, separator, without) : chosen;
    return left === undefined ? [] : [[name, left]];
  });
  return Object.fromEntries(shown);
}

type Part = (value: unknown, path: string) => unknown;

/** Applies `part` to every member of an object, or of each object of a list; undefined when nothing is left. */
function within(value: unknown, path: string, separator: string, part: Part): unknown {
  if (Array.isArray(value)) {
    const elements = value.map((element) => within(element, path, separator, part));
    const left = elements.filter((element) => element !== undefined);
    return left.length > 0 ? left : undefined;
  }
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(
    ([name, inner]) => [name, part(inner, path + separator + name)] as const,
  );
  const left = members.filter(([, inner]) => inner !== undefined);
  return left.length > 0 ? Object.fromEntries(left) : undefined;
}

function choose(value: unknown, path: string, separator: string, only: Selection): unknown {
  if (only.paths.has(path)) return value;
  if (!only.onTheWay.has(path)) return undefined;
  return within(value, path, separator, (inner, innerPath) => choose(inner, innerPath, '.', only));
}

function remove(value: unknown, path: string, separator: string, without: Selection): unknown {
  if (without.paths.has(path)) return undefined;
  if (!without.onTheWay.has(path)) return value;
  return within(value, path, separator, (inner, innerPath) => remove(inner, innerPath, '.', without));
}
