import { changed, found, resource, statusIs } from './answers.mjs';
import { anyOf, externalIdOf, freshName, patchBody, personBody, userNameOf } from './directory.mjs';

const byUserName = (name) => `/Users?filter=${encodeURIComponent(`userName eq "${name}"`)}`;

/** The first are members of groups in some directories, and to deactivate somebody ends their memberships (B19). */
const MEMBERS = 100;
/** Whom a write may touch; each connection has a share of its own. */
const sampleOf = ({ people }) =>
  Array.from({ length: Math.min(people - MEMBERS, 1000) }, (_, i) => MEMBERS + i);

function getById({ directory }) {
  return (lane) => {
    const id = directory.personId(anyOf(directory.people));
    return lane.ask(
      'GET',
      `/Users/${id}`,
      undefined,
      resource(200, (user) => user.id === id),
    );
  };
}

function filterHit({ directory }) {
  return (lane) => {
    const name = userNameOf(anyOf(directory.people));
    return lane.ask(
      'GET',
      byUserName(name),
      undefined,
      found(1, (user) => user.userName === name),
    );
  };
}

function filterMiss() {
  return (lane) => lane.ask('GET', byUserName(`nobody-${anyOf(1e9)}@bench.example`), undefined, found(0));
}

function listPage(count) {
  return ({ directory }) => {
    const starts = Math.max(1, Math.min(directory.people - count, 10_000));
    // Read as text: parsing a hundred people would measure the client.
    const check = (answer) => {
      const problem = statusIs(answer, 200);
      if (problem) return problem;
      const text = answer.body.latin1Slice();
      const shown = text.split('"userName"').length - 1;
      const total = Number(/"totalResults": *(\d+)/.exec(text)?.[1]);
      return shown === count && total >= directory.people ? undefined : `${shown} of ${total} people`;
    };
    return (lane) =>
      lane.ask('GET', `/Users?startIndex=${1 + anyOf(starts)}&count=${count}`, undefined, check);
  };
}

/** `asEntra`: with capital letters, and the boolean as text. */
const patchActive =
  (asEntra) =>
  ({ directory }) => {
    const sample = sampleOf(directory);
    const state = new Map();
    return (lane) => {
      const i = lane.pickOwn(sample);
      const active = !(state.get(i) ?? true);
      state.set(i, active);
      const body = patchBody({
        op: 'Replace',
        path: 'active',
        value: asEntra ? (active ? 'True' : 'False') : active,
      });
      return lane.ask(
        'PATCH',
        `/Users/${directory.personId(i)}`,
        JSON.stringify(body),
        changed((user) => user.active === active),
      );
    };
  };

function putUser({ directory }) {
  const sample = sampleOf(directory);
  return (lane) => {
    const i = lane.pickOwn(sample);
    const id = directory.personId(i);
    const title = `Title ${anyOf(1e9)}`;
    const body = { ...personBody(userNameOf(i), externalIdOf(i), title), id };
    return lane.ask(
      'PUT',
      `/Users/${id}`,
      JSON.stringify(body),
      resource(200, (user) => user.title === title),
    );
  };
}

function createPerson(lane, name) {
  return lane.ask(
    'POST',
    '/Users',
    JSON.stringify(personBody(name, name)),
    resource(201, (user) => user.id && user.userName === name),
  );
}

/** What a provider does for everybody it pushes the first time: look, create, look again. */
export async function pushPerson(lane) {
  const name = freshName();
  await lane.ask('GET', byUserName(name), undefined, found(0));
  await createPerson(lane, name);
  await lane.ask(
    'GET',
    byUserName(name),
    undefined,
    found(1, (user) => user.userName === name),
  );
}

export const PEOPLE_MIXES = {
  'get by id': { kind: 'read', prepare: getById },
  'filter hit': { kind: 'read', prepare: filterHit },
  'filter miss': { kind: 'read', prepare: filterMiss },
  'list page of 100': { kind: 'read', prepare: listPage(100) },
  'list page of 50': { kind: 'read', prepare: listPage(50) },
  'Entra PATCH active': { kind: 'write', prepare: patchActive(true) },
  'PATCH active': { kind: 'write', prepare: patchActive(false) },
  'PUT user': { kind: 'write', prepare: putUser },
  create: { kind: 'write', prepare: () => (lane) => createPerson(lane, freshName()) },
};
