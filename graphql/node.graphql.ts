import 'reflect-metadata';
import { Field, ID, InterfaceType } from 'type-graphql';

/** The names of the types that `node` finds, as the schema has them. */
const typeOf = (value: object): string => (value as { __typename: string }).__typename;

@InterfaceType({
  description:
    'Something with an id that is unique in the whole API: the same id in SCIM, GraphQL, logs and jobs.',
  resolveType: typeOf,
})
export abstract class Node {
  @Field(() => ID, { description: 'The same id in SCIM, GraphQL, logs and jobs.' })
  id!: string;
}
