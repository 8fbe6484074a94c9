import type { RawBuilder } from 'kysely';
import { type Attribute, type ResourceName, type ResourceTable, readOnly } from '../attributes.js';
import { type FoundAttribute, findAttribute } from '../find-attribute.js';
import type { FilterProfile } from '../profile.js';
import { checkAllowed } from './allowed.js';
import type { Compare, Element, Filter, Present } from './ast.js';
import { compareAddress, compareBoolean, compareMoment, compareString, isPresent } from './comparison.js';
import { type Condition, connect, negate, toSql } from './condition.js';
import { ALL_SEEN, type Seen, someElement, someKey } from './elements.js';
import { parseMoment } from './moment.js';
import { parseFilter } from './parse.js';
import { invalidFilter, shown } from './refusal.js';

const TRUTH: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
]);

const schemaNamed = (id: string): Attribute =>
  readOnly({
    name: 'schemas',
    description: '',
    type: 'reference',
    caseExact: true,
    storage: { in: 'constant', value: id },
  });

/** One filter on its way to SQL. */
class Compilation {
  constructor(
    private readonly text: string,
    private readonly table: ResourceTable,
    private readonly others: readonly ResourceTable[],
    private readonly seen: Seen,
    private readonly baseUrl: string | undefined,
  ) {}

  /** `element` is the path in front of the brackets the filter stands in. */
  condition(filter: Filter, element?: string): Condition {
    if ('path' in filter && this.isOfAnother(filter.path, element)) return withoutValue(filter);
    switch (filter.kind) {
      case 'and':
      case 'or':
        return connect(
          filter.kind,
          filter.operands.map((operand) => this.condition(operand, element)),
        );
      case 'not':
        return negate(this.condition(filter.operand, element));
      case 'element':
        return this.element(filter);
      case 'present': {
        const found = this.find(filter.path, filter.offset, element);
        return this.inElement(found, element, this.present(found.attribute));
      }
      case 'compare':
        return this.compare(filter, element);
    }
  }

  private element(filter: Element): Condition {
    const { attribute, path } = this.find(filter.path, filter.offset);
    if (attribute.type !== 'complex') {
      throw this.invalid(filter.offset, `${path} has no sub-attributes, so "[" cannot follow it`);
    }
    const condition = this.condition(filter.condition, filter.path);
    if (attribute.multiValued) {
      return connect('and', [
        ...this.keysIn(filter.condition, filter.path),
        someElement(attribute, condition, this.seen),
      ]);
    }
    return connect('and', [this.present(attribute), condition]);
  }

  /** What an index can say about the elements that a condition in brackets selects. */
  private keysIn(filter: Filter, element: string): Condition[] {
    if (filter.kind === 'and') return filter.operands.flatMap((operand) => this.keysIn(operand, element));
    const found = filter.kind === 'compare' && findAttribute(this.table, `${element}.${filter.path}`);
    return found ? [this.key(found.attribute, filter)] : [];
  }

  private key(attribute: Attribute, { operator, value }: Compare): Condition {
    return operator === 'eq' && typeof value === 'string' ? someKey(attribute, value) : true;
  }

  /** A comparison with null asks whether there is a value at all (RFC 7643 section 2.5: null is unassigned). */
  private compare(filter: Compare, element?: string): Condition {
    const found = this.find(filter.path, filter.offset, element);
    if (filter.value === null) {
      if (filter.operator !== 'eq' && filter.operator !== 'ne') {
        throw this.invalid(
          filter.valueOffset,
          `null can be compared with eq and ne, not with ${filter.operator}`,
        );
      }
      const present = this.inElement(found, element, this.present(found.attribute));
      return filter.operator === 'ne' ? present : negate(present);
    }
    const { attribute } = found;
    if (attribute.storage.in === 'schemas') return this.schemas(filter);
    if (attribute.type !== 'complex') return this.anyElement(found, filter, element);
    // `members eq "x"`: a complex value is compared by its `value` (RFC 7644 section 3.4.2.2).
    const value = attribute.subAttributes?.find((part) => part.name === 'value');
    const path = `${found.path}.value`;
    if (value && attribute.multiValued)
      return this.anyElement({ attribute: value, parent: attribute, path }, filter);
    if (value) return this.compareValue({ attribute: value, path }, filter);
    const parts = attribute.subAttributes?.map((part) => `${found.path}.${part.name}`).join(', ');
    throw this.invalid(filter.offset, `${found.path} has no value of its own; compare one of ${parts}`);
  }

  /** A comparison outside brackets is met by any element of the list; inside them the element is chosen already. */
  private anyElement(found: FoundAttribute, filter: Compare, element?: string): Condition {
    const met = this.inElement(found, element, this.compareValue(found, filter));
    return element === undefined ? connect('and', [this.key(found.attribute, filter), met]) : met;
  }

  /** The core schema is everyone's, an extension is that of whoever has a value in it. */
  private schemas(filter: Compare): Condition {
    const { schema, extensions } = this.table;
    const named = (id: string) => this.compareValue({ attribute: schemaNamed(id), path: 'schemas' }, filter);
    const used = extensions.map((one) =>
      connect('and', [
        named(one.schema.id),
        connect(
          'or',
          one.schema.attributes.map((attribute) => this.present(attribute)),
        ),
      ]),
    );
    return connect('or', [named(schema.id), ...used]);
  }

  private compareValue({ attribute, path }: FoundAttribute, filter: Compare): Condition {
    const { operator, value, operatorOffset, valueOffset } = filter;
    if (attribute.storage.in === 'nowhere') return withoutValue(filter);
    if (attribute.type === 'boolean') {
      // "True" as text: Entra writes booleans so.
      const known = typeof value === 'string' ? TRUTH.get(value.toLowerCase()) : value;
      if (typeof known !== 'boolean')
        throw this.invalid(valueOffset, `${path} is compared with true or false`);
      if (operator === 'eq' || operator === 'ne') return compareBoolean(attribute, operator, known);
      throw this.invalid(
        operatorOffset,
        `${path} is true or false; compare it with eq or ne, not ${operator}`,
      );
    }
    if (typeof value !== 'string')
      throw this.invalid(valueOffset, `${path} is compared with text in double quotes`);
    if (attribute.type === 'dateTime') return this.compareDate(attribute, path, filter, value);
    if (attribute.type === 'binary' && operator !== 'eq' && operator !== 'ne') {
      throw this.invalid(operatorOffset, `${path} is binary; compare it with eq or ne, not ${operator}`);
    }
    if (attribute.storage.in !== 'address') return compareString(attribute, operator, value);
    if (this.baseUrl !== undefined) return compareAddress(attribute.storage, operator, value, this.baseUrl);
    throw this.invalid(filter.offset, `${path} is written into each answer and cannot be searched`);
  }

  private compareDate(attribute: Attribute, path: string, filter: Compare, value: string): Condition {
    const { operator, operatorOffset, valueOffset } = filter;
    if (operator === 'co' || operator === 'sw' || operator === 'ew') {
      throw this.invalid(
        operatorOffset,
        `${path} is a date; compare it with eq, ne, gt, ge, lt or le, not ${operator}`,
      );
    }
    const moment = parseMoment(value);
    if (!moment) {
      throw this.invalid(
        valueOffset,
        `${path} is compared with a date and time such as "2026-01-31T09:30:00Z"`,
      );
    }
    return attribute.storage.in === 'column' && compareMoment(attribute.storage.column, operator, moment);
  }

  private present(attribute: Attribute): Condition {
    if (attribute.storage.in === 'schemas') return true;
    if (attribute.multiValued) return someElement(attribute, true, this.seen);
    if (attribute.type !== 'complex') return isPresent(attribute);
    return connect('or', (attribute.subAttributes ?? []).map(isPresent));
  }

  /** A sub-attribute named with its list, outside brackets, is met by any element; inside them the list is chosen. */
  private inElement(
    { parent }: FoundAttribute,
    element: string | undefined,
    condition: Condition,
  ): Condition {
    return parent?.multiValued && element === undefined
      ? someElement(parent, condition, this.seen)
      : condition;
  }

  /** Whether a search over several resources names an attribute that this one does not have and another has. */
  private isOfAnother(path: string, element?: string): boolean {
    const written = element === undefined ? path : `${element}.${path}`;
    return this.others.some((other) => findAttribute(other, written)) && !findAttribute(this.table, written);
  }

  private find(path: string, offset: number, element?: string): FoundAttribute {
    const written = element === undefined ? path : `${element}.${path}`;
    const found = findAttribute(this.table, written);
    if (found?.attribute.returned === 'never') {
      throw this.invalid(offset, `${found.path} is never shown and cannot be searched`);
    }
    if (found) return found;
    throw this.invalid(
      offset,
      `${this.table.name} has no attribute ${shown(written)}; /Schemas lists what there is`,
    );
  }

  private invalid(offset: number, sentence: string): Error {
    return invalidFilter(this.text, offset, sentence);
  }
}

/** RFC 7644 section 3.4.2.1: an attribute the resource does not have is one without a value. */
function withoutValue(filter: Compare | Present | Element): boolean {
  if (filter.kind !== 'compare') return false;
  return filter.value === null ? filter.operator === 'eq' : filter.operator === 'ne';
}

export interface FilterOptions {
  others?: readonly ResourceName[];
  seen?: Seen;
  baseUrl?: string | undefined;
}

/**
 * A filter of RFC 7644 section 3.4.2.2 as a condition for a query whose rows have the alias `u` (users) or `g`
 * (groups); never unknown (null) under `not`, every value a parameter. Throws INVALID_INPUT (`invalidFilter`, with
 * the position) when it does not parse or compares what cannot be compared, and NOT_SUPPORTED when the profile does
 * not answer it (B12, B25). `others` are the further resources of a search over several,
 * `seen` the memberships whoever asks may hear of, `baseUrl` what the addresses they are shown begin with.
 */
export function compileFilter(
  text: string,
  resource: ResourceName,
  profile: FilterProfile,
  { others = [], seen = ALL_SEEN, baseUrl }: FilterOptions = {},
): RawBuilder<boolean> {
  const table = profile.resources[resource];
  const filter = parseFilter(text);
  const otherTables = others.map((other) => profile.resources[other]);
  if (profile.filters !== 'all') {
    checkAllowed(filter, { text, table, rules: profile.filters, others: otherTables });
  }
  return toSql(new Compilation(text, table, otherTables, seen, baseUrl).condition(filter));
}
