import { buildGraphqlSchema, schemaText } from '../../graphql/schema.js';
import { calls, type Person, ScratchResolver, schema, start } from './scratch.js';

describe('connections', () => {
  test('page forwards, and count only when asked', async () => {
    const { ask } = await start();
    const page =
      '{ edges { cursor node { name } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }';
    const { people } = (await ask(`{ people(first: 2, after: "x") ${page} }`)).json.data;
    const cursors = people.edges.map((edge: { cursor: string }) => edge.cursor);
    expect(people.edges.map((edge: { node: Person }) => edge.node.name)).toEqual(['person 01', 'person 02']);
    expect(people.pageInfo).toEqual({
      hasNextPage: true,
      hasPreviousPage: true,
      startCursor: cursors[0],
      endCursor: cursors[1],
    });
    expect(calls).toEqual([]);
    expect((await ask('{ people { totalCount } }')).json.data.people.totalCount).toBe(3);
    expect(calls).toEqual(['count']);
  });

  test('every type and field of the building blocks is described, and the printed schema is stable', () => {
    const text = schemaText(schema);
    expect(text).toBe(schemaText(buildGraphqlSchema([ScratchResolver])));
    expect(text).toContain('first: Int! = 20');
    for (const name of ['PageInfo', 'PersonEdge', 'PersonConnection']) {
      const type = schema.toConfig().types.find((candidate) => candidate.name === name);
      expect(type?.description).toBeTruthy();
      const fields = type && 'getFields' in type ? Object.values(type.getFields()) : [];
      expect(fields.filter((field) => !field.description)).toEqual([]);
    }
  });
});
