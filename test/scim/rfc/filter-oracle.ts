/**
 * What a filter of RFC 7644 section 3.4.2.2 means, written from the RFC over the JSON of a resource. Shares nothing with
 * the product. Section references are to RFC 7644 unless they say 7643.
 */
export type Json = Record<string, unknown>;

export type Operator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le';

export type Node =
  | { kind: 'compare'; path: string; operator: Operator; value: string | boolean | null }
  | { kind: 'present'; path: string }
  | { kind: 'and' | 'or'; operands: Node[] }
  | { kind: 'not'; operand: Node }
  /** `list[condition]`; its paths are sub-attributes. */
  | { kind: 'valuePath'; list: string; condition: Node };

/** What kind of value a path leads to (RFC 7643 section 2.3); everything else is a string that ignores letter case. */
export interface Types {
  exact: ReadonlySet<string>;
  dates: ReadonlySet<string>;
  lists: ReadonlySet<string>;
}

const folded = (text: string): string => text.normalize('NFKC').toLowerCase().normalize('NFKC');

/** By code point, which JavaScript's own comparison is not beyond the basic plane. */
function order(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  for (let i = 0; i < Math.min(left.length, right.length); i += 1) {
    const difference = (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** RFC 7643 section 2.5: null, an empty list and an absent attribute are the same; so is a complex value without a part. */
function isAssigned(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return false;
  if (Array.isArray(value)) return value.length > 0;
  return typeof value === 'object' ? Object.values(value).some(isAssigned) : true;
}

function inOrder(operator: Operator, difference: number): boolean {
  if (operator === 'gt') return difference > 0;
  if (operator === 'ge') return difference >= 0;
  return operator === 'lt' ? difference < 0 : difference <= 0;
}

function compareText(operator: Operator, actual: string, wanted: string): boolean {
  if (operator === 'eq') return actual === wanted;
  if (operator === 'ne') return actual !== wanted;
  if (operator === 'co') return actual.includes(wanted);
  if (operator === 'sw') return actual.startsWith(wanted);
  if (operator === 'ew') return actual.endsWith(wanted);
  return inOrder(operator, order(actual, wanted));
}

function compareOne(
  operator: Operator,
  actual: unknown,
  wanted: string | boolean,
  path: string,
  types: Types,
): boolean {
  // What is not there is not equal to anything and not greater or smaller either.
  if (actual === undefined || actual === null) return operator === 'ne';
  if (typeof actual === 'boolean' || typeof wanted === 'boolean') {
    return (actual === wanted) === (operator === 'eq');
  }
  if (types.dates.has(path)) {
    const difference = Date.parse(String(actual)) - Date.parse(wanted);
    if (operator === 'eq' || operator === 'ne') return (difference === 0) === (operator === 'eq');
    return inOrder(operator, difference);
  }
  const form = types.exact.has(path) ? (text: string) => text : folded;
  return compareText(operator, form(String(actual)), form(wanted));
}

const partsOf = (path: string): string[] => {
  const urn = /^(urn:.*:User):(.*)$/.exec(path);
  return urn ? [urn[1] ?? '', ...(urn[2] ?? '').split('.')] : path.split('.');
};

/** The values a path leads to: of a list those of every element, each on its own (section 3.4.2.2, multi-valued). */
function valuesAt(resource: Json, path: string): { values: unknown[]; ofList: boolean } {
  let values: unknown[] = [resource];
  let ofList = false;
  for (const part of partsOf(path)) {
    values = values.map((value) => (value as Json | undefined)?.[part]);
    if (values.some(Array.isArray)) {
      ofList = true;
      values = values.flat();
    }
  }
  return { values, ofList };
}

export function meets(resource: Json, node: Node, types: Types, prefix = ''): boolean {
  switch (node.kind) {
    case 'and':
      return node.operands.every((operand) => meets(resource, operand, types, prefix));
    case 'or':
      return node.operands.some((operand) => meets(resource, operand, types, prefix));
    case 'not':
      return !meets(resource, node.operand, types, prefix);
    case 'valuePath': {
      const elements = (resource[node.list] as Json[] | undefined) ?? [];
      return elements.some((element) => meets(element, node.condition, types, `${node.list}.`));
    }
    case 'present':
      return valuesAt(resource, node.path).values.some(isAssigned);
    case 'compare':
      return compares(resource, node, types, prefix);
  }
}

function compares(
  resource: Json,
  { path, operator, value }: Extract<Node, { kind: 'compare' }>,
  types: Types,
  prefix: string,
): boolean {
  const isWhole = types.lists.has(path);
  const { values, ofList } = valuesAt(resource, isWhole ? `${path}.value` : path);
  if (value === null) {
    const assigned = valuesAt(resource, path).values.some(isAssigned);
    return (operator === 'ne') === assigned;
  }
  const isList = ofList || isWhole || types.lists.has(path.split('.')[0] ?? '');
  const found = isList && resource[path.split('.')[0] ?? ''] === undefined ? [] : values;
  const typed = `${prefix}${isWhole ? `${path}.value` : path}`;
  return found.some((actual) => compareOne(operator, actual, value, typed, types));
}

/** A filter as text; `spell` may vary letter case and prefixes, `words` the operators. */
export function written(
  node: Node,
  spell: (path: string) => string,
  words: (word: string) => string,
): string {
  switch (node.kind) {
    case 'present':
      return `${spell(node.path)} ${words('pr')}`;
    case 'compare':
      return `${spell(node.path)} ${words(node.operator)} ${JSON.stringify(node.value)}`;
    case 'not':
      return `${words('not')} (${written(node.operand, spell, words)})`;
    case 'valuePath':
      return `${spell(node.list)}[${written(node.condition, spell, words)}]`;
    default:
      return node.operands
        .map((operand) => {
          const text = written(operand, spell, words);
          return operand.kind === 'and' || operand.kind === 'or' ? `(${text})` : text;
        })
        .join(` ${words(node.kind)} `);
  }
}
