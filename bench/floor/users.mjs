import { isId, newId } from './ids.mjs';
import { STATEMENTS } from './statements.mjs';
import { failure, listText, notFound, userText } from './wire.mjs';

const FILTER = /^(userName|externalId) eq "((?:[^"\\]|\\.)*)"$/i;

const booleanOf = (value) => (typeof value === 'string' ? value.toLowerCase() === 'true' : Boolean(value));

function columnsOf(body) {
  const { id: _id, meta: _meta, ...document } = body;
  if (typeof document.userName !== 'string') throw failure(400, 'userName is required', 'invalidValue');
  document.active = document.active === undefined || booleanOf(document.active);
  const email = (document.emails?.find((one) => one.primary) ?? document.emails?.[0])?.value;
  return [
    document.userName,
    document.userName.toLowerCase(),
    document.externalId ?? null,
    email?.toLowerCase() ?? null,
    document.active,
    JSON.stringify(document),
  ];
}

function patchOf(operations) {
  const changes = {};
  const set = (path, value) => {
    changes[path] = path === 'active' ? booleanOf(value) : value;
  };
  for (const { op, path, value } of operations) {
    if (String(op).toLowerCase() === 'remove') changes[path] = null;
    else if (path) set(path, value);
    else for (const [name, one] of Object.entries(value)) set(name, one);
  }
  return changes;
}

async function list({ base, caller, run, query }) {
  const parameters = new URLSearchParams(query);
  const filter = parameters.get('filter');
  if (filter) {
    const [, attribute, value] = FILTER.exec(filter) ?? [];
    if (!attribute) return failure(400, 'unsupported filter', 'invalidFilter');
    const byName = attribute.toLowerCase() === 'username';
    const statement = byName ? STATEMENTS.userByName : STATEMENTS.userByExternalId;
    const rows = await run(statement, [caller.organization, byName ? value.toLowerCase() : value]);
    return [
      200,
      listText(
        rows.length,
        1,
        rows.map((row) => userText(base, row)),
      ),
    ];
  }
  const start = Math.max(1, Number(parameters.get('startIndex')) || 1);
  const count = Math.min(200, Math.max(0, Number(parameters.get('count') ?? 100)));
  const [[{ total }], rows] = await Promise.all([
    run(STATEMENTS.userCount, [caller.organization]),
    run(STATEMENTS.userPage, [caller.organization, start - 1, count]),
  ]);
  return [
    200,
    listText(
      total,
      start,
      rows.map((row) => userText(base, row)),
    ),
  ];
}

async function create({ base, caller, run, body }) {
  const columns = columnsOf(JSON.parse(body));
  const id = newId();
  const details = `{"userName":${JSON.stringify(columns[0])}}`;
  const values = [caller.organization, caller.actor, details, id, ...columns];
  const [{ created_at }] = await run(STATEMENTS.userInsert, values);
  return [201, userText(base, { id, version: 1, created_at, updated_at: created_at }, columns.at(-1))];
}

/** `[status, body]` for a request below /Users. */
export async function users(request) {
  const { base, caller, run, method, id, body } = request;
  if (id === '') return method === 'POST' ? create(request) : list(request);
  if (!isId(id)) return notFound();
  const { organization, actor } = caller;
  if (method === 'GET') {
    const [row] = await run(STATEMENTS.userById, [organization, id]);
    return row ? [200, userText(base, row)] : notFound();
  }
  if (method === 'PATCH') {
    const changes = JSON.stringify(patchOf(JSON.parse(body).Operations));
    const [row] = await run(STATEMENTS.userPatch, [organization, actor, changes, id]);
    return row ? [200, userText(base, row)] : notFound();
  }
  if (method === 'PUT') {
    const columns = columnsOf(JSON.parse(body));
    const details = `{"userName":${JSON.stringify(columns[0])}}`;
    const [row] = await run(STATEMENTS.userPut, [organization, actor, details, id, ...columns]);
    return row ? [200, userText(base, row, columns.at(-1))] : notFound();
  }
  return failure(405, 'method not allowed');
}
