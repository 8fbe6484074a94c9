import { Client } from '../load/client.mjs';
import { jsonOf, statusIs } from './answers.mjs';
import { anyOf } from './directory.mjs';

/** What SCIM shows of a person, asked for by name. */
const FIELDS = 'id userName email externalId givenName familyName title status createdAt updatedAt';
const PERSON = `query ($id: ID!) { user(id: $id) { ${FIELDS} } }`;
const PAGE = `query ($after: String) { users(first: 50, after: $after) { edges { node { ${FIELDS} } } pageInfo { endCursor } } }`;

const right = (isRight) => (answer) =>
  statusIs(answer, 200) ??
  (isRight(jsonOf(answer)?.data) ? undefined : `wrong answer ${answer.body.subarray(0, 200)}`);

function person({ directory }) {
  return (lane) => {
    const id = directory.personId(anyOf(directory.people));
    const body = JSON.stringify({ query: PERSON, variables: { id } });
    return lane.ask(
      'POST',
      '/graphql',
      body,
      right((data) => data?.user?.id === id),
    );
  };
}

async function page({ directory }) {
  const client = new Client(directory.graphql.base, directory.graphql.token, {
    contentType: 'application/json',
  });
  const cursors = [null];
  while (cursors.length < Math.min(directory.people / 50, 15)) {
    const { body } = await client.must('POST', '/graphql', {
      query: PAGE,
      variables: { after: cursors.at(-1) },
    });
    cursors.push(body.data.users.pageInfo.endCursor);
  }
  client.end();
  return (lane) => {
    const body = JSON.stringify({ query: PAGE, variables: { after: cursors[anyOf(cursors.length)] } });
    const check = (answer) => {
      const shown = answer.body.latin1Slice().split('"userName"').length - 1;
      return (
        statusIs(answer, 200) ??
        (shown === 50 ? undefined : `${shown} people ${answer.body.subarray(0, 200)}`)
      );
    };
    return lane.ask('POST', '/graphql', body, check);
  };
}

/** Each beside the same question over SCIM, which is what the floor and the peers are asked. */
export const GRAPHQL_MIXES = {
  'GraphQL person by id': { kind: 'read', graphql: person, beside: 'get by id' },
  'GraphQL people page of 50': { kind: 'read', graphql: page, beside: 'list page of 50' },
};
