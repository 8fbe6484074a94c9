import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { CONNECTION_MAX_FIRST } from '../src/kernel/page.js';
import { exceeded, type ParsedDocument, parseDocument } from './parse-document.js';

/** Levels of fields: `organization.users.edges.node.groups.edges.node.displayName` is eight. */
export const MAX_DEPTH = 8;
/** Field values an answer may hold: a full page of 100 rows with a nested default page of 20 fits. */
const MAX_COST = 5_000;
/** Selections of one field at one place, which validation compares in pairs: fragments of one screen overlap, but not without end. */
export const MAX_REPEATS = 30;
/** Selections this check itself may read: fragments spread at many places cannot make it slow. */
const MAX_SELECTIONS = 10_000;
/** Levels of the variables: no input object nests nearly as far, and coercion recurses. */
const MAX_VARIABLES_DEPTH = 32;
/** Keys of one object in the variables: no input type has as many, and each unknown key prints the whole object. */
const MAX_INPUT_KEYS = 100;
/** Rows assumed for a list that is not paged. */
const UNPAGED_LIST_SIZE = 10;

/** The parts of a request body that cost something. They are what arrived, so they may have any type. */
export interface SentOperation {
  query?: unknown;
  variables?: unknown;
}

/**
 * Refuses a request that is too large before validation sees it, because validation is quadratic in repeated fields
 * (abuse 10). A document that does not parse passes: the syntax error is the better answer.
 * Returns the operation it found. Throws LIMIT_EXCEEDED with the limit, what arrived and what to change.
 */
export function checkLimits(schema: GraphQLSchema, sent: SentOperation): OperationDefinitionNode | undefined {
  checkVariables(sent.variables);
  if (typeof sent.query !== 'string') return undefined;
  const parsed = parseDocument(sent.query);
  if (!parsed || small.get(parsed) === schema) return parsed?.operation;
  const { document, operation } = parsed;
  const estimate = new Estimate(schema, document, variableReader(operation, sent.variables));
  estimate.read(operation);
  if (!estimate.asksVariables) small.set(parsed, schema);
  return operation;
}

/** Documents that were found small enough, whatever their variables are. */
const small = new WeakMap<ParsedDocument, GraphQLSchema>();

/** Level by level, because recursion over a hostile depth is what this guards against. */
function checkVariables(variables: unknown): void {
  let level = [variables];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_VARIABLES_DEPTH) {
      throw exceeded(`The variables nest deeper than ${MAX_VARIABLES_DEPTH} levels. Send a flatter input.`);
    }
    level = level.flatMap(valuesInside);
  }
}

function valuesInside(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'object' || value === null) return [];
  const values = Object.values(value);
  if (values.length <= MAX_INPUT_KEYS) return values;
  throw exceeded(
    `An object in the variables has ${values.length} keys; the limit is ${MAX_INPUT_KEYS}. Send only fields of the input type.`,
  );
}

type VariableReader = (name: string) => unknown;

function variableReader(operation: OperationDefinitionNode, variables: unknown): VariableReader {
  const sent = new Map(typeof variables === 'object' && variables !== null ? Object.entries(variables) : []);
  const defaults = new Map(
    operation.variableDefinitions?.map(({ variable, defaultValue }) => [variable.name.value, defaultValue]),
  );
  return (name) => {
    if (sent.has(name)) return sent.get(name);
    const value = defaults.get(name);
    return value?.kind === Kind.INT ? Number(value.value) : undefined;
  };
}

/** One field as it was selected, with its definition when the schema knows it. */
interface Selected {
  node: FieldNode;
  definition: GraphQLField<unknown, unknown> | undefined;
}

/** One selection set and the type its fields belong to. */
interface Scope {
  set: SelectionSetNode;
  type: GraphQLNamedType | undefined;
}

/** Where the walk stands: how often this place occurs in the answer, and the page size of the connection above it. */
interface Place {
  times: number;
  page: number | undefined;
  path: readonly string[];
}

/**
 * Walks a document the way execution will: fields of one name at one place are one field, wherever fragments put them.
 * So a fragment cycle ends at the depth limit, and nothing is counted twice.
 */
class Estimate {
  /** Whether the size of a page is a variable, so that other variables may exceed what these do not. */
  asksVariables = false;
  private cost = 0;
  private selections = 0;
  private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;

  constructor(
    private readonly schema: GraphQLSchema,
    document: DocumentNode,
    private readonly variable: VariableReader,
  ) {
    const fragments = document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
    this.fragments = new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
  }

  read(operation: OperationDefinitionNode): void {
    const type = this.schema.getRootType(operation.operation) ?? undefined;
    this.visit([{ set: operation.selectionSet, type }], { times: 1, page: undefined, path: [] });
  }

  private visit(scopes: readonly Scope[], place: Place): void {
    const merged = new Map<string, Selected[]>();
    const spread = new Set<string>();
    for (const scope of scopes) this.collect(scope, merged, spread);
    for (const [name, fields] of merged) {
      const path = [...place.path, name];
      this.charge(fields, place.times, path);
      const children = fields.flatMap(({ node, definition }) =>
        node.selectionSet
          ? [{ set: node.selectionSet, type: definition && getNamedType(definition.type) }]
          : [],
      );
      // Introspection is refused in production, and graphql bounds its depth by a rule of its own.
      if (children.length === 0 || isIntrospection(fields)) continue;
      const page = this.pageSize(fields, path);
      const isList = fields.some(
        ({ definition }) => definition && isListType(getNullableType(definition.type)),
      );
      const rows = isList ? (page ?? place.page ?? UNPAGED_LIST_SIZE) : 1;
      this.visit(children, { times: place.times * rows, page: isList ? undefined : page, path });
    }
  }

  private charge(fields: readonly Selected[], times: number, path: readonly string[]): void {
    const where = `'${path.join('.')}'`;
    if (path.length > MAX_DEPTH) {
      throw exceeded(`The query is deeper than ${MAX_DEPTH} levels at ${where}. Ask in two requests.`);
    }
    if (fields.length > MAX_REPEATS) {
      throw exceeded(
        `The query selects ${where} ${fields.length} times; the limit is ${MAX_REPEATS}. Select it once.`,
      );
    }
    this.cost += times;
    if (this.cost > MAX_COST) {
      throw exceeded(
        `The query may return more than ${MAX_COST} field values, counted up to ${where}. ` +
          "Ask for smaller pages with 'first', fewer fields or fewer nested lists.",
      );
    }
  }

  private collect({ set, type }: Scope, into: Map<string, Selected[]>, spread: Set<string>): void {
    for (const selection of set.selections) {
      this.selections += 1;
      if (this.selections > MAX_SELECTIONS) {
        throw exceeded(
          `The query selects more than ${MAX_SELECTIONS} fields through its fragments. Use fewer of them.`,
        );
      }
      if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value;
        const fields = into.get(name) ?? [];
        fields.push({ node: selection, definition: fieldOf(type, selection.name.value) });
        into.set(name, fields);
        continue;
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : this.fragmentOnce(selection.name.value, spread);
      if (!fragment) continue;
      const condition = fragment.typeCondition?.name.value;
      const inner = condition === undefined ? type : this.schema.getType(condition);
      this.collect({ set: fragment.selectionSet, type: inner }, into, spread);
    }
  }

  private fragmentOnce(name: string, spread: Set<string>): FragmentDefinitionNode | undefined {
    if (spread.has(name)) return undefined;
    spread.add(name);
    return this.fragments.get(name);
  }

  /** The rows asked for by `first` (the largest, when the field is repeated), or undefined when nothing is paged. */
  private pageSize(fields: readonly Selected[], path: readonly string[]): number | undefined {
    let largest: number | undefined;
    for (const { node, definition } of fields) {
      const value = node.arguments?.find((argument) => argument.name.value === 'first')?.value;
      let first = definition?.args.find((argument) => argument.name === 'first')?.defaultValue;
      if (value?.kind === Kind.INT) first = Number(value.value);
      if (value?.kind === Kind.VARIABLE) {
        this.asksVariables = true;
        first = this.variable(value.name.value) ?? first;
      }
      if (typeof first !== 'number') continue;
      if (first > CONNECTION_MAX_FIRST) {
        throw exceeded(
          `'first: ${first}' at '${path.join('.')}' is above ${CONNECTION_MAX_FIRST}. Page with 'after' instead.`,
        );
      }
      largest = Math.max(1, largest ?? 1, first);
    }
    return largest;
  }
}

function fieldOf(
  type: GraphQLNamedType | undefined,
  name: string,
): GraphQLField<unknown, unknown> | undefined {
  return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
}

const isIntrospection = (fields: readonly Selected[]): boolean =>
  fields.every(({ node }) => node.name.value === '__schema' || node.name.value === '__type');
