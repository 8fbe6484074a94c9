import { createRequire } from 'node:module';
import {
  externalIdOf,
  groupId,
  groupNameOf,
  personBody,
  personId,
  SPARE_PEOPLE,
  userNameOf,
} from '../mixes/directory.mjs';

const Ripemd160 = createRequire(import.meta.url)('ripemd160');
const BATCH = 5000;
const digest = (text) => new Ripemd160().update(text).digest('hex');

/** Rows in the library's own format: pushing 100,000 people over SCIM would take hours. */
export async function seedJackson(client, { tenant, directoryId, number, people, groups }) {
  let store = [[], [], []];
  let index = [[], []];
  const flush = async () => {
    await client.query(
      'insert into jackson_store (key, value, namespace) select * from unnest($1::text[], $2::text[], $3::text[])',
      store,
    );
    await client.query(
      'insert into jackson_index (key, "storeKey") select * from unnest($1::text[], $2::text[])',
      index,
    );
    store = [[], [], []];
    index = [[], []];
  };
  const put = async (kind, key, value, indexes) => {
    const namespace = `dsync:${kind}:${tenant}:bench`;
    const storeKey = `${namespace}:${digest(key)}`;
    for (const [n, one] of [storeKey, JSON.stringify(value), namespace].entries()) store[n].push(one);
    for (const [name, text] of indexes) {
      index[0].push(`${namespace}:${name}:${digest(text)}`);
      index[1].push(storeKey);
    }
    if (store[0].length >= BATCH) await flush();
  };
  for (let i = 0; people > 0 && i < people + SPARE_PEOPLE; i += 1) {
    const [id, userName] = [personId(number, i), userNameOf(i)];
    const raw = { ...personBody(userName, externalIdOf(i)), id };
    const person = { first_name: 'Ada', last_name: externalIdOf(i), email: userName, active: true };
    await put('users', id, { ...person, id, directoryId, raw }, [
      ['directoryIdUsername', `${directoryId}:${userName}`],
      ['directoryId', directoryId],
    ]);
  }
  for (const members of groups) {
    const [id, name] = [groupId(number, members), groupNameOf(members)];
    const raw = {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
      displayName: name,
      members: [],
      id,
    };
    await put('groups', id, { id, name, raw }, [
      ['directoryIdDisplayname', `${directoryId}:${name}`],
      ['directoryId', directoryId],
    ]);
    for (let i = 0; i < members; i += 1) {
      const user = personId(number, i);
      const key = digest(`${id}:${user}`);
      await put('members', key, { id: key, group_id: id, user_id: user }, [['groupId', id]]);
    }
  }
  await flush();
  await client.query('vacuum analyze');
}
