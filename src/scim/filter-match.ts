import type { Attribute } from '../directory/attributes.js';
import type { Compare, Filter } from '../directory/filter/ast.js';
import { fold } from '../kernel/fold.js';
import { booleanFrom, type JsonObject } from './json-input.js';
import { subAttribute } from './patch-path.js';

/** The names a value filter compares, as they were sent. */
export function namesIn(filter: Filter): string[] {
  if ('operands' in filter) return filter.operands.flatMap(namesIn);
  return 'operand' in filter ? namesIn(filter.operand) : [filter.path];
}

/**
 * Whether one element of a multi-valued attribute meets a value filter (RFC 7644 section 3.4.2.2). Sub-attributes the
 * attribute does not have are absent from every element. Recursion is bounded by the parser's own depth limit.
 */
export function matchesFilter(filter: Filter, element: JsonObject, attribute: Attribute): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.operands.every((operand) => matchesFilter(operand, element, attribute));
    case 'or':
      return filter.operands.some((operand) => matchesFilter(operand, element, attribute));
    case 'not':
      return !matchesFilter(filter.operand, element, attribute);
    case 'present':
      return isPresent(element[subAttribute(attribute, filter.path)?.name ?? '']);
    case 'compare':
      return compares(filter, element, attribute);
    case 'element':
      // The parser refuses brackets inside brackets.
      return false;
  }
}

const isPresent = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

function compares(filter: Compare, element: JsonObject, attribute: Attribute): boolean {
  const part = subAttribute(attribute, filter.path);
  const actual = part && element[part.name];
  if (!part || !isPresent(actual) || filter.value === null) {
    const same = !isPresent(actual) && filter.value === null;
    return filter.operator === 'eq' ? same : filter.operator === 'ne' && !same;
  }
  if (part.type === 'boolean') {
    // Entra compares with text: roles[primary eq "True"].
    const same = booleanFrom(actual) === booleanFrom(filter.value);
    return filter.operator === 'eq' ? same : filter.operator === 'ne' && !same;
  }
  if (part.type === 'dateTime') {
    return ordered(filter, Date.parse(String(actual)), Date.parse(String(filter.value)));
  }
  const comparable = (value: unknown) => (part.caseExact ? String(value) : fold(String(value)));
  return textual(filter, comparable(actual), comparable(filter.value));
}

function textual(filter: Compare, actual: string, wanted: string): boolean {
  switch (filter.operator) {
    case 'co':
      return actual.includes(wanted);
    case 'sw':
      return actual.startsWith(wanted);
    case 'ew':
      return actual.endsWith(wanted);
    default:
      return ordered(filter, actual, wanted);
  }
}

function ordered<T extends string | number>(filter: Compare, actual: T, wanted: T): boolean {
  switch (filter.operator) {
    case 'eq':
      return actual === wanted;
    case 'ne':
      return actual !== wanted;
    case 'gt':
      return actual > wanted;
    case 'ge':
      return actual >= wanted;
    case 'lt':
      return actual < wanted;
    case 'le':
      return actual <= wanted;
    default:
      return false;
  }
}
