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
 * is left to Kysely.
 */
export function compileStatement(statement: RawBuilder<unknown>, options: StatementOptions): WireStatement {
  const values: unknown[] = [];
  const text = textOf(statement.toOperationNode() as TagNode, values);
  if (text !== undefined) return { text, values, ...options };
  const { sql, parameters } = statement.compile(compiler);
  return { text: sql, values: parameters, ...options };
}

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
