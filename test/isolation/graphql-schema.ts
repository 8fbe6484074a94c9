import {
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isObjectType,
} from 'graphql';

/** One field a client can start with. */
export interface RootField {
  name: string;
  kind: 'query' | 'mutation' | 'subscription';
  args: readonly GraphQLArgument[];
  type: GraphQLOutputType;
}

export function rootFields(schema: GraphQLSchema): RootField[] {
  const list = (kind: RootField['kind'], type: ReturnType<GraphQLSchema['getQueryType']>) =>
    Object.values(type?.getFields() ?? {}).map(({ name, args, type }) => ({ name, kind, args, type }));
  return [...list('query', schema.getQueryType()), ...list('mutation', schema.getMutationType())];
}

/** What a client can follow. */
export const streamFields = (schema: GraphQLSchema): RootField[] =>
  Object.values(schema.getSubscriptionType()?.getFields() ?? {}).map(({ name, args, type }) => ({
    name,
    kind: 'subscription',
    args,
    type,
  }));

/** Where a field takes values of a scalar type: `input.members.add`, `id`. */
export function pathsOf(inputs: readonly (GraphQLArgument | GraphQLInputField)[], scalar: string): string[] {
  return inputs.flatMap((input) => {
    const type = getNamedType(input.type);
    if (isInputObjectType(type)) {
      return pathsOf(Object.values(type.getFields()), scalar).map((path) => `${input.name}.${path}`);
    }
    return type.name === scalar ? [input.name] : [];
  });
}

/** Fields with ids among their arguments that are no root fields: `User.groups`. */
export function nestedFieldsWithIds(schema: GraphQLSchema): string[] {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  return Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && !type.name.startsWith('__') && !roots.includes(type))
    .flatMap((type) =>
      isObjectType(type) ? Object.values(type.getFields()).map((field) => ({ type, field })) : [],
    )
    .filter(({ field }) => pathsOf(field.args, 'ID').length > 0)
    .map(({ type, field }) => `${type.name}.${field.name}`);
}

/** How deep a generated selection goes: far enough to see members of groups, their people and their connection. */
const DEPTH = 6;

/** A document that asks one field for everything it can say, with its arguments as variables. */
export function documentFor({ name, kind, args, type }: RootField): string {
  // What has a default may be left out, so its variable must not insist on a value.
  const typeOf = ({ type: wanted, defaultValue }: GraphQLArgument) =>
    defaultValue === undefined ? wanted : getNullableType(wanted);
  const variables = args.map((argument) => `$${argument.name}: ${typeOf(argument)}`).join(', ');
  const passed = args.map((argument) => `${argument.name}: $${argument.name}`).join(', ');
  const wrap = (text: string) => (text === '' ? '' : `(${text})`);
  return `${kind} ${wrap(variables)} { ${name}${wrap(passed)} ${selection(type, isListType(getNullableType(type)) ? DEPTH - 1 : DEPTH)} }`;
}

function selection(output: GraphQLOutputType, depth: number): string {
  const type = getNamedType(output);
  if (isInterfaceType(type)) return '{ __typename id }';
  if (!isObjectType(type)) return '';
  const fields = Object.values(type.getFields()).flatMap((inner) => {
    // A request of the log is a field of its own; inside every person of a list it would exceed the cost limit.
    if (/^last(Refused)?Request$/.test(inner.name)) return [];
    // So is the history of one person.
    if (/^(provenance|timeline)$/.test(inner.name) && depth < DEPTH) return [];
    // So is what is said of a connection at length: asked for of one connection alone.
    if (/^(health|setup|mappingCheck)$/.test(inner.name) && depth < DEPTH) return [];
    if (isLeafType(getNamedType(inner.type))) return [inner.name];
    if (depth <= 1) return [];
    // A short list of every row of a page would exceed the cost limit if its rows said everything again.
    if (/^(admins|administers|courses)$/.test(inner.name)) return [`${inner.name} { id }`];
    const page = inner.args.some((argument) => argument.name === 'first') ? '(first: 2)' : '';
    const nested = selection(inner.type, depth - 1);
    return nested === '{  }' ? [] : [`${inner.name}${page} ${nested}`];
  });
  return `{ ${fields.join(' ')} }`;
}

/** A copy of some variables with the value at a path put in; a list of objects on the way gets it in each. */
export function withValue<T>(variables: T, path: string, value: unknown): T {
  const copy = structuredClone(variables);
  const put = (home: unknown, [key = '', ...rest]: string[]): void => {
    if (Array.isArray(home)) {
      for (const element of home) put(element, [key, ...rest]);
    } else if (typeof home === 'object' && home !== null) {
      const object = home as Record<string, unknown>;
      if (rest.length === 0) object[key] = value;
      else put(object[key], rest);
    }
  };
  put(copy, path.split('.'));
  return copy;
}

/** What the variables hold at a path; undefined where the path leads nowhere. */
export function valueAt(variables: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((home, key) => {
    const object = Array.isArray(home) ? home[0] : home;
    return typeof object === 'object' && object !== null
      ? (object as Record<string, unknown>)[key]
      : undefined;
  }, variables);
}
