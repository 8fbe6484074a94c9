import 'reflect-metadata';
import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { type BuildSchemaOptions, buildSchemaSync, type PubSub } from 'type-graphql';

/** Subscriptions read rows (docs/decisions/0035); nothing is published in a process, where another would not hear it. */
const NO_TOPICS: PubSub = { publish: noTopics, subscribe: noTopics };

function noTopics(): never {
  throw new Error('A subscription names `subscribe`, not topics.');
}

/**
 * The schema of these resolver classes and of nothing else: decorators register globally, so types that no listed
 * resolver reaches stay out. Arguments are not validated here; the operations do that, for both doors alike.
 */
export function buildGraphqlSchema(resolvers: BuildSchemaOptions['resolvers']): GraphQLSchema {
  return buildSchemaSync({ resolvers, validate: false, orphanedTypes: [], pubSub: NO_TOPICS });
}

/** The text of `graphql/schema.graphql`: sorted, so that its diff shows changes of the API and not of imports. */
export const schemaText = (schema: GraphQLSchema): string =>
  `${printSchema(lexicographicSortSchema(schema))}\n`;
