import 'reflect-metadata';
import { ArgsType, type ClassType, Field, Int, ObjectType } from 'type-graphql';
import { CONNECTION_MAX_FIRST, KeysetPage, type KeysetResult, toCursor } from '../src/kernel/page.js';

/** One rule for both doors: the page an operation takes when nobody asks for a size. */
const { first: DEFAULT_FIRST } = KeysetPage.parse({});

/**
 * The arguments of every list that can grow. `limits.ts` refuses a `first` above the maximum before anything runs, and
 * the operation's own input refuses it again.
 */
@ArgsType()
export class ConnectionArgs {
  @Field(() => Int, {
    defaultValue: DEFAULT_FIRST,
    description: `How many to return, from 0 to ${CONNECTION_MAX_FIRST}.`,
  })
  first!: number;

  @Field(() => String, {
    nullable: true,
    description: 'Return what follows this cursor: the endCursor of the page before, unchanged.',
  })
  after?: string | null;
}

/** Relay's page description. Lists are paged forwards only. */
@ObjectType({ description: 'Where a page stands in its list.', simpleResolvers: true })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether more follows this page.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, {
    description: 'Whether this page was asked for with a cursor, so that others precede it.',
  })
  hasPreviousPage!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor of the first edge; null when the page is empty.',
  })
  startCursor!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor of the last edge; null when the page is empty.',
  })
  endCursor!: string | null;
}

/** One row of a connection. */
export interface EdgeOf<Node> {
  cursor: string;
  node: Node;
}

/** One page of a list, as resolvers return it. */
export interface ConnectionOf<Node> {
  edges: EdgeOf<Node>[];
  pageInfo: PageInfo;
  /** A function, so that nothing is counted unless the query selects it. */
  totalCount: () => Promise<number>;
}

/**
 * The two classes of a Relay connection over one node type: `connectionTypes('User', () => User)` makes `UserEdge` and
 * `UserConnection`. Call it once per name; a resolver names the class and returns a plain `ConnectionOf`.
 */
export function connectionTypes<Node extends object>(
  name: string,
  node: () => ClassType<Node>,
): { Edge: ClassType<EdgeOf<Node>>; Connection: ClassType<ConnectionOf<Node>> } {
  @ObjectType(`${name}Edge`, { description: `One ${name} in a list.`, simpleResolvers: true })
  class Edge implements EdgeOf<Node> {
    @Field(() => String, { description: 'Where this row stands in the list; pass it as `after`.' })
    cursor!: string;

    @Field(node, { description: `The ${name} itself.` })
    node!: Node;
  }

  @ObjectType(`${name}Connection`, { description: `One page of a list of ${name}.`, simpleResolvers: true })
  class Connection implements ConnectionOf<Node> {
    @Field(() => [Edge], { description: 'The rows of this page, in a stable order.' })
    edges!: Edge[];

    @Field(() => PageInfo, { description: 'Where this page stands.' })
    pageInfo!: PageInfo;

    @Field(() => Int, { description: 'How many rows the whole list has.' })
    totalCount!: () => Promise<number>;
  }

  return { Edge, Connection };
}

/** How the rows of an operation become a connection. */
export interface ConnectionMapping<Row, Node> {
  /** The cursor the page was asked with. */
  after: string | null | undefined;
  /** The id the operation pages by. */
  id: (row: Row) => string;
  /** Where a row stands, when the list is not ordered by id. */
  cursor?: (row: Row) => string;
  node: (row: Row) => Node;
  totalCount: () => Promise<number>;
}

/** The page an operation returned, in Relay's shape. */
export function toConnection<Row, Node>(
  result: KeysetResult<Row>,
  { after, id, cursor, node, totalCount }: ConnectionMapping<Row, Node>,
): ConnectionOf<Node> {
  const edges = result.rows.map((row) => ({ cursor: cursor?.(row) ?? toCursor(id(row)), node: node(row) }));
  return {
    edges,
    totalCount,
    pageInfo: {
      hasNextPage: result.hasNextPage,
      hasPreviousPage: after !== null && after !== undefined,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
