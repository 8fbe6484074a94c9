// Peer: scimmy and scimmy-routers on Express 4 (on Express 5 the router's own conversion of startIndex and count is lost),
// over maps in memory: nothing is durable, nothing is audited. `eq` on the unique attribute uses an index of ours, so what
// is measured is the library and no linear search of this adapter. Each directory is a store of its own, found by its token.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import express from 'express';
import SCIMMY from 'scimmy';
import SCIMMYRouters from 'scimmy-routers';
import {
  externalIdOf,
  groupId,
  groupNameOf,
  personBody,
  personId,
  SPARE_PEOPLE,
  userNameOf,
} from '../mixes/directory.mjs';

const fold = (value) => String(value ?? '').toLowerCase();
const stores = new Map();
const refusal = (status, type, detail) => new SCIMMY.Types.Error(status, type, detail);

function newStore(unique) {
  const records = new Map();
  const index = new Map();
  const put = (record) => {
    records.set(record.id, record);
    index.set(fold(record[unique]), record.id);
    return record;
  };
  const find = (id) => {
    const record = records.get(id);
    if (!record) throw refusal(404, null, `Resource ${id} not found`);
    return record;
  };
  return {
    put,
    write({ id }, data) {
      const old = id ? find(id) : undefined;
      const { meta: _meta, id: _id, ...attributes } = JSON.parse(JSON.stringify(data));
      const owner = index.get(fold(attributes[unique]));
      if (owner !== undefined && owner !== id) throw refusal(409, 'uniqueness', `${unique} exists already`);
      if (old) index.delete(fold(old[unique]));
      const lastModified = new Date().toISOString();
      const meta = { created: old?.meta.created ?? lastModified, lastModified };
      return put({ ...attributes, id: id ?? randomUUID(), meta });
    },
    read({ id, filter }) {
      if (id) return find(id);
      const all = () => [...records.values()];
      if (!filter) return all();
      const [only, ...more] = filter;
      const [operator, value] = (more.length === 0 && Object.keys(only).length === 1 && only[unique]) || [];
      if (operator !== 'eq') return filter.match(all());
      const match = index.get(fold(value));
      return match ? [records.get(match)] : [];
    },
    remove({ id }) {
      index.delete(fold(find(id)[unique]));
      records.delete(id);
    },
  };
}

const handlers = (kind) => ({
  ingress: (resource, data, store) => store[kind].write(resource, data),
  egress: (resource, store) => store[kind].read(resource),
  degress: (resource, store) => store[kind].remove(resource),
});

function seed({ number, token, people, groups }) {
  const store = { users: newStore('userName'), groups: newStore('displayName') };
  const now = new Date().toISOString();
  const meta = { created: now, lastModified: now };
  for (let i = 0; people > 0 && i < people + SPARE_PEOPLE; i += 1) {
    store.users.put({ ...personBody(userNameOf(i), externalIdOf(i)), id: personId(number, i), meta });
  }
  for (const count of groups) {
    const members = Array.from({ length: count }, (_, i) => ({ value: personId(number, i) }));
    store.groups.put({ id: groupId(number, count), displayName: groupNameOf(count), members, meta });
  }
  stores.set(`Bearer ${token}`, store);
}

SCIMMY.Resources.declare(
  SCIMMY.Resources.User.extend(SCIMMY.Schemas.EnterpriseUser),
  handlers('users'),
).declare(SCIMMY.Resources.Group, handlers('groups'));

const app = express();
app.use(
  '/scim/v2',
  new SCIMMYRouters({
    type: 'bearer',
    docUri: 'https://example.com/',
    baseUri: (request) => `http://${request.headers.host}`,
    handler(request) {
      if (!stores.has(request.header('Authorization'))) throw new Error('Authorization not detected!');
      return 'provider';
    },
    context: (request) => stores.get(request.header('Authorization')),
  }),
);
const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
process.on('message', (message) => {
  if (!message.directory) return;
  seed(message.directory);
  process.send({ directory: {} });
});
process.stdout.write(`ready http://127.0.0.1:${server.address().port}/scim/v2\n`);
process.once('SIGTERM', () => process.exit(0));
