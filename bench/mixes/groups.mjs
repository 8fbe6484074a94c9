import { Connection } from '../load/connection.mjs';
import { countMembers, statusIs } from './answers.mjs';
import { groupBody, groupNameOf, patchBody, SPARE_PEOPLE } from './directory.mjs';

const done = (answer) => statusIs(answer, 200, 204);

/** Somebody joins and leaves again: two requests, each a `PATCH` of one member. */
function changeMember({ directory, members }) {
  const path = `/Groups/${directory.groupId(members)}`;
  const spare = Array.from({ length: SPARE_PEOPLE }, (_, i) => directory.personId(directory.people + i));
  const work = async (lane) => {
    const id = lane.pickOwn(spare);
    const add = patchBody({ op: 'Add', path: 'members', value: [{ value: id }] });
    await lane.ask('PATCH', path, JSON.stringify(add), done);
    const remove = patchBody({ op: 'Remove', path: `members[value eq "${id}"]` });
    await lane.ask('PATCH', path, JSON.stringify(remove), done);
  };
  return { work, finish: () => checkMembers(directory, members) };
}

/** The whole list, of which one in a hundred changes each time. */
function putGroup({ directory, members }) {
  const id = directory.groupId(members);
  const changes = Math.min(SPARE_PEOPLE, Math.max(1, Math.floor(members / 100)));
  const ids = Array.from({ length: members }, (_, i) => directory.personId(i));
  const spare = Array.from({ length: changes }, (_, i) => directory.personId(directory.people + i));
  const bodies = [ids, [...ids.slice(changes), ...spare]].map((list) =>
    JSON.stringify(groupBody(groupNameOf(members), list, id)),
  );
  let turn = 0;
  const work = (lane) => {
    turn += 1;
    return lane.ask('PUT', `/Groups/${id}`, bodies[turn % 2], done);
  };
  const finish = async () => {
    const connection = new Connection(directory.endpoint);
    await connection.request('PUT', `/Groups/${id}`, bodies[0]);
    connection.end();
    return checkMembers(directory, members);
  };
  return { work, finish };
}

/** After the load the group must hold exactly whom it held before. */
async function checkMembers(directory, members) {
  const connection = new Connection(directory.endpoint);
  const answer = await connection.request('GET', `/Groups/${directory.groupId(members)}`);
  connection.end();
  const count = countMembers(answer);
  return count === members ? undefined : `the group shows ${count} members instead of ${members}`;
}

/** The mixes of groups of these sizes. */
export const groupMixes = (sizes) =>
  Object.fromEntries([
    ...sizes.map((members) => [
      `group PATCH +1/-1, ${members.toLocaleString('en')} members`,
      { kind: 'write', members, prepare: (with_) => changeMember({ ...with_, members }) },
    ]),
    ...sizes.map((members) => [
      `PUT group, ${members.toLocaleString('en')} members`,
      { kind: 'write', members, connections: 1, prepare: (with_) => putGroup({ ...with_, members }) },
    ]),
  ]);
