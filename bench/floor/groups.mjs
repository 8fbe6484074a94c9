import { isId, newId } from './ids.mjs';
import { STATEMENTS } from './statements.mjs';
import { failure, groupText, listText, notFound } from './wire.mjs';

const ONE_MEMBER = /^members\[value eq "([^"]+)"\]$/i;
const FILTER = /^displayName eq "((?:[^"\\]|\\.)*)"$/i;

const idsOf = (members = []) => members.map(({ value }) => value);
const membersText = (ids) => ids.map((id) => `{"value":"${id}","type":"User"}`).join(',');

async function create({ base, caller, run, body }) {
  const { displayName, externalId = null, members } = JSON.parse(body);
  const ids = idsOf(members);
  const details = JSON.stringify({ displayName, members: ids.length });
  const names = [displayName, displayName.toLowerCase(), externalId];
  const values = [caller.organization, caller.actor, details, newId(), ...names, ids];
  const [row] = await run(STATEMENTS.groupInsert, values);
  return [
    201,
    groupText(base, { ...row, display_name: displayName, external_id: externalId }, membersText(ids)),
  ];
}

async function find({ base, caller, run, query }) {
  const [, name] = FILTER.exec(new URLSearchParams(query).get('filter') ?? '') ?? [];
  if (name === undefined) return failure(400, 'unsupported filter', 'invalidFilter');
  const rows = await run(STATEMENTS.groupByName, [caller.organization, name.toLowerCase()]);
  return [
    200,
    listText(
      rows.length,
      1,
      rows.map((row) => groupText(base, row)),
    ),
  ];
}

async function patch({ caller, run, id, body }) {
  for (const { op, path, value } of JSON.parse(body).Operations) {
    const [, one] = ONE_MEMBER.exec(path ?? '') ?? [];
    if (one === undefined && path !== 'members') return failure(400, 'unsupported path', 'invalidPath');
    const ids = one === undefined ? idsOf(value) : [one];
    const adds = String(op).toLowerCase() === 'add';
    const statement = adds ? STATEMENTS.memberAdd : STATEMENTS.memberRemove;
    const details = JSON.stringify({ members: ids.length });
    const [row] = await run(statement, [caller.organization, caller.actor, details, id, ids]);
    if (!row) return notFound();
  }
  return [204, ''];
}

/** `[status, body]` for a request below /Groups. */
export async function groups(request) {
  const { base, caller, run, method, id, body } = request;
  if (id === '') return method === 'POST' ? create(request) : find(request);
  if (!isId(id)) return notFound();
  if (method === 'GET') {
    const [row] = await run(STATEMENTS.groupById, [caller.organization, id]);
    return row ? [200, groupText(base, row, row.members)] : notFound();
  }
  if (method === 'PATCH') return patch(request);
  if (method === 'PUT') {
    const { displayName, members } = JSON.parse(body);
    const ids = idsOf(members);
    const details = JSON.stringify({ members: ids.length });
    const names = [displayName, displayName.toLowerCase()];
    const values = [caller.organization, caller.actor, details, id, ids, ...names];
    const [row] = await run(STATEMENTS.groupPut, values);
    return row ? [200, groupText(base, row, membersText(ids))] : notFound();
  }
  return failure(405, 'method not allowed');
}
