import type { Filter } from '../directory/filter/ast.js';
import { matchesFilter } from './filter-match.js';
import { isUnassigned, type JsonObject } from './json-input.js';
import { refused } from './patch.js';
import type { PatchTarget } from './patch-path.js';
import {
  assign,
  assignParts,
  clear,
  elementsFrom,
  elementsOf,
  type PatchLog,
  type Place,
  partsFrom,
  setElements,
  silenced,
} from './patch-value.js';

/** Remove of a list, or of the elements a value lists; one that is not there is no error. */
export function removeListed(place: Place, value: unknown, log: PatchLog): void {
  const listed = elementsFrom(place, value, log);
  const isListed = (element: JsonObject) =>
    listed.some((one) => Object.entries(one).every(([name, wanted]) => element[name] === wanted));
  const elements = elementsOf(place);
  const rest = elements.filter((element) => !isListed(element));
  if (rest.length < elements.length) setElements(place, rest, new Set(), log);
}

/** Remove through `emails[type eq "work"]`, `emails[type eq "work"].value` or `emails.value`. */
export function removeSelected(place: Place, target: PatchTarget, log: PatchLog): void {
  const { attribute } = place;
  const elements = elementsOf(place);
  const selected = new Set(selectedOf(elements, place, target));
  if (selected.size === 0) return;
  const { part } = target;
  if (part) {
    const prefix = `${place.prefix}${attribute.name}.`;
    for (const home of selected) clear({ home, attribute: part, prefix }, silenced(log));
  }
  const rest = part ? elements : elements.filter((element) => !selected.has(element));
  setElements(place, rest, new Set(), log);
}

/**
 * Add or replace through the same paths. What the filter asks for is part of every element it selects, so an element
 * that is created or replaced keeps its type.
 */
export function setSelected(
  place: Place,
  target: PatchTarget,
  op: 'add' | 'replace',
  value: unknown,
  log: PatchLog,
): void {
  const { attribute } = place;
  const { part, filter } = target;
  const prefix = `${place.prefix}${attribute.name}.`;
  const quiet = silenced(log);
  const elements = elementsOf(place);
  const selected = selectedOf(elements, place, target);
  if (isUnassigned(value) && selected.length === 0) return;
  if (selected.length === 0) {
    const made: JsonObject = {};
    assignParts(made, attribute, requiredBy(filter, place), prefix, quiet);
    elements.push(made);
    selected.push(made);
  }
  for (const home of selected) {
    if (part) {
      assign({ home, attribute: part, prefix }, op, value, quiet);
      continue;
    }
    if (op === 'replace' && filter) {
      for (const { name } of attribute.subAttributes ?? []) delete home[name];
      assignParts(home, attribute, impliedBy(filter) ?? {}, prefix, quiet);
    }
    assignParts(home, attribute, isUnassigned(value) ? {} : partsFrom(place, value), prefix, quiet);
  }
  setElements(place, elements, new Set(selected), log);
}

/** @throws DomainError INVALID_INPUT `noTarget` when the filter selects nothing (RFC 7644 section 3.5.2.3). */
export function requireSelected(place: Place, target: PatchTarget): void {
  if (selectedOf(elementsOf(place), place, target).length > 0) return;
  throw refused(
    'noTarget',
    `No value of '${place.prefix}${place.attribute.name}' meets the filter, so there is nothing to replace; use add.`,
  );
}

function selectedOf(elements: JsonObject[], { attribute }: Place, { filter }: PatchTarget): JsonObject[] {
  return elements.filter((element) => !filter || matchesFilter(filter, element, attribute));
}

/** `{type: 'work'}` of `type eq "work"`: what an element must hold to meet the filter; undefined when it is open. */
function impliedBy(filter: Filter): JsonObject | undefined {
  if (filter.kind === 'compare' && filter.operator === 'eq') {
    return filter.value === null ? {} : { [filter.path]: filter.value };
  }
  if (filter.kind !== 'and') return undefined;
  const all: JsonObject = {};
  for (const operand of filter.operands) {
    const implied = impliedBy(operand);
    if (!implied) return undefined;
    Object.assign(all, implied);
  }
  return all;
}

function requiredBy(filter: Filter | undefined, { attribute, prefix }: Place): JsonObject {
  const implied = filter ? impliedBy(filter) : {};
  if (implied) return implied;
  throw refused(
    'noTarget',
    `No value of '${prefix}${attribute.name}' meets the filter; only "eq" and "and" can say what to create.`,
  );
}
