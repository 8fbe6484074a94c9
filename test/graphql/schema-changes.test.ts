import { readFileSync } from 'node:fs';
import {
  buildSchema,
  findBreakingChanges,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import { resolvers } from '../../graphql/resolvers.js';
import { buildGraphqlSchema, schemaText } from '../../graphql/schema.js';

const RELEASED = 'graphql/released.graphql';
const ACCEPTED = 'graphql/accepted-breaks.json';

const HOW_TO_ACCEPT = `
A client of the last release would break. Keep what it uses, and mark it @deprecated with a date; or, when it has to be:
add {"change": "<the line above>", "reason": "...", "date": "YYYY-MM-DD"} to ${ACCEPTED}.
A release copies graphql/schema.graphql to ${RELEASED} and empties that list.`;

interface AcceptedBreak {
  change: string;
  reason: string;
  date: string;
}

const accepted: AcceptedBreak[] = JSON.parse(readFileSync(ACCEPTED, 'utf8'));
const DAY = /^\d{4}-\d{2}-\d{2}$/;

function unaccepted(before: string, after: string): string[] {
  const changes = findBreakingChanges(buildSchema(before), buildSchema(after)).map(
    ({ description }) => description,
  );
  return changes.filter((change) => !accepted.some((one) => one.change === change));
}

const now = schemaText(buildGraphqlSchema(resolvers));

it('the schema breaks no client of the last release, or the break is accepted with its reason', () => {
  const breaks = unaccepted(readFileSync(RELEASED, 'utf8'), now);
  if (breaks.length > 0) throw new Error(`${breaks.join('\n')}\n${HOW_TO_ACCEPT}`);
});

it('a break would be found: a field that is gone, an argument that became required', () => {
  const without = now.replace(/\n {2}"""First name\."""\n {2}givenName: String/g, '');
  expect(unaccepted(now, without)).toContain('User.givenName was removed.');
  const required = now.replace('    filter: String\n', '    filter: String!\n');
  expect(unaccepted(now, required)[0]).toMatch(/arg filter has changed type from String to String!/);
});

it('what is accepted says why and since when, and is still there', () => {
  const breaks = findBreakingChanges(buildSchema(readFileSync(RELEASED, 'utf8')), buildSchema(now));
  for (const { change, reason, date } of accepted) {
    expect(breaks.map(({ description }) => description)).toContain(change);
    expect(reason.length).toBeGreaterThan(10);
    expect(date).toMatch(DAY);
  }
});

/** Why each deprecated thing of a schema is. */
function deprecations(schema: GraphQLSchema): { what: string; reason: string }[] {
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    const parts = isEnumType(type)
      ? type.getValues()
      : isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)
        ? Object.values(type.getFields()).flatMap((field) => [field, ...('args' in field ? field.args : [])])
        : [];
    return parts.flatMap(({ name, deprecationReason }) =>
      typeof deprecationReason === 'string' && !type.name.startsWith('__')
        ? [{ what: `${type.name}.${name}`, reason: deprecationReason }]
        : [],
    );
  });
}

const undated = (schema: GraphQLSchema) =>
  deprecations(schema).filter(({ reason }) => !/\b\d{4}-\d{2}-\d{2}\b/.test(reason));

it('every deprecation says until when it works', () => {
  expect(undated(buildGraphqlSchema(resolvers))).toEqual([]);
  const bad = buildSchema(`type Query { a(b: Int @deprecated(reason: "old")): Int @deprecated
    c: Int @deprecated(reason: "Use d. Goes away on 2027-06-30.") }  enum E { X @deprecated(reason: "soon") }`);
  expect(undated(bad).map(({ what }) => what)).toEqual(['Query.a', 'Query.b', 'E.X']);
});
