import { Kysely, PostgresDialect, type RawBuilder } from 'kysely';
import type { WireStatement } from './packet.js';
import type { StatementOptions } from './transaction.js';

/** Turns what the `sql` tag builds into text and parameters; it never connects. */
const compiler = new Kysely<unknown>({
  dialect: new PostgresDialect({ pool: () => Promise.reject(new Error('This compiles only.')) }),
});

/** What the tag makes of text, values and references to a column of a table. */
interface TagNode {
  readonly kind: string;
  readonly sqlFragments?: readonly string[];
  readonly parameters?: readonly TagNode[];
  readonly value?: unknown;
  /** A value that stands in the text itself. */
  readonly immediate?: boolean;
  readonly table?: { readonly table: { readonly schema?: unknown; readonly identifier: IdentifierNode } };
  readonly column?: { readonly column?: IdentifierNode };
}

interface IdentifierNode {
  readonly kind: string;
  readonly name: string;
}

/**
 * The text and values of a statement. Kysely's compiler visits every node with plugins and a stack, which costs several
 * times what most statements cost PostgreSQL, so plain text, values and columns are joined here; whatever else is in a statement
 * is left to Kysely. The text of a statement that stays prepared is joined once: it is the key of its plan, and to hash a thousand
 * characters costs as much as the rest of its way to the wire.
 */
export function compileStatement(statement: RawBuilder<unknown>, options: StatementOptions): WireStatement {
  const node = statement.toOperationNode() as TagNode;
  const values: unknown[] = [];
  const text = options.prepared ? knownTextOf(node, values) : textOf(node, values);
  if (text !== undefined) return { text, values, ...options };
  const { sql, parameters } = statement.compile(compiler);
  return { text: sql, values: parameters, ...options };
}

/** Where the pieces of statements lead: the same pieces in the same order lead to the same text. */
class Place {
  text: string | undefined;
  private readonly next = new Map<unknown, Place>();

  step(piece: unknown): Place {
    const known = this.next.get(piece);
    if (known) return known;
    const place = new Place();
    this.next.set(piece, place);
    places += 1;
    return place;
  }
}

/** Filters and lists have as many shapes as clients think of, so all are forgotten together when there are this many pieces. */
const MOST_PLACES = 20_000;
let places = 0;
let start = new Place();

/** Stands for any value. */
const VALUE = Symbol('value');

function knownTextOf(node: TagNode, values: unknown[]): string | undefined {
  const place = walk(node, start, values);
  if (!place) return undefined;
  place.text ??= textOf(node, []);
  if (places > MOST_PLACES) {
    start = new Place();
    places = 0;
  }
  return place.text;
}

/** Undefined when `textOf` would be; fills `values` as it does. */
function walk(node: TagNode, from: Place, values: unknown[]): Place | undefined {
  const { kind, sqlFragments, parameters = [] } = node;
  if (kind === 'ValueNode' && !node.immediate) {
    values.push(node.value);
    return from.step(VALUE);
  }
  if (kind === 'ReferenceNode') {
    const column = columnOf(node);
    return column === undefined ? undefined : from.step(column);
  }
  if (kind !== 'RawNode' || !sqlFragments) return undefined;
  let place: Place | undefined = from;
  // The text of a template is the same array each time, and how long it is says how many pieces follow.
  if ('raw' in sqlFragments) place = place.step(sqlFragments);
  else for (const piece of [sqlFragments.length, ...sqlFragments]) place = place.step(piece);
  for (const parameter of parameters) {
    place = walk(parameter, place, values);
    if (!place) return undefined;
  }
  return place;
}

/** Undefined when there is something that is left to Kysely. */
function textOf(node: TagNode, values: unknown[]): string | undefined {
  const { kind, sqlFragments, parameters = [] } = node;
  if (kind === 'ValueNode' && !node.immediate) return `$${values.push(node.value)}`;
  if (kind === 'ReferenceNode') return columnOf(node);
  if (kind !== 'RawNode' || !sqlFragments) return undefined;
  let text = sqlFragments[0] ?? '';
  for (let index = 0; index < parameters.length; index += 1) {
    const parameter = parameters[index];
    const inner = parameter && textOf(parameter, values);
    if (inner === undefined) return undefined;
    text += inner + (sqlFragments[index + 1] ?? '');
  }
  return text;
}

/** Undefined for `*` and for a table that is named with its schema. */
function columnOf({ table, column }: TagNode): string | undefined {
  if (table?.table.schema || column?.column?.kind !== 'IdentifierNode') return undefined;
  return `${table ? `${quoted(table.table.identifier)}.` : ''}${quoted(column.column)}`;
}

const quoted = ({ name }: IdentifierNode): string => `"${name.replaceAll('"', '""')}"`;
