import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { endpointOf } from '../load/endpoint.mjs';
import { Child } from '../machine/child.mjs';
import { groupId, personId, personIdPrefix, SPARE_PEOPLE } from '../mixes/directory.mjs';

const FOLDER = path.resolve(import.meta.dirname, '../floor');

/** See `floor/server.mjs`. */
export async function startFloor({ postgres }) {
  const database = 'bench_floor';
  const url = await postgres.createDatabase(database);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(readFileSync(path.join(FOLDER, 'schema.sql'), 'utf8'));
  const child = new Child('floor', path.join(FOLDER, 'server.mjs'), { DATABASE_URL: url });
  const base = await child.ready();
  return {
    name: 'floor',
    children: [child],
    database,
    async directory({ number, people, groups }) {
      const token = randomBytes(24).toString('hex');
      const organization = personId(number, 0xffffff);
      await client.query('insert into organizations values ($1, $2)', [organization, `directory ${number}`]);
      const hash = createHash('sha256').update(token).digest();
      await client.query('insert into tokens values ($1, $2, $3)', [hash, organization, 'provider']);
      await seed(client, organization, { number, people, groups });
      return {
        people,
        base,
        token,
        endpoint: endpointOf(base, token),
        personId: (i) => personId(number, i),
        groupId: (members) => groupId(number, members),
      };
    },
    async stop() {
      await client.end();
      await child.stop();
    },
  };
}

async function seed(client, organization, { number, people, groups }) {
  if (people > 0) {
    await client.query(
      `insert into users (id, organization_id, user_name, user_name_key, external_id, email_key, active, document)
       select ($2 || lpad(to_hex(i), 12, '0'))::uuid, $1, name, name, 'x-' || i, name, true, jsonb_build_object(
         'schemas', jsonb_build_array('urn:ietf:params:scim:schemas:core:2.0:User',
           'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'),
         'userName', name, 'externalId', 'x-' || i, 'displayName', 'Ada x-' || i,
         'name', jsonb_build_object('givenName', 'Ada', 'familyName', 'x-' || i, 'formatted', 'Ada x-' || i),
         'emails', jsonb_build_array(jsonb_build_object('value', name, 'type', 'work', 'primary', true)),
         'title', 'Engineer', 'active', true, 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
         jsonb_build_object('department', 'Engines', 'employeeNumber', 'x-' || i))
       from (select i, 'person-' || i || '@bench.example' as name from generate_series(0, $3::int - 1) i) numbered`,
      [organization, personIdPrefix(number), people + SPARE_PEOPLE],
    );
  }
  for (const members of groups) {
    const id = groupId(number, members);
    const name = `Group of ${members}`;
    await client.query(
      'insert into groups (id, organization_id, display_name, display_name_key) values ($1, $2, $3, $4)',
      [id, organization, name, name.toLowerCase()],
    );
    await client.query(
      `insert into members (group_id, user_id, organization_id)
       select $2, ($3 || lpad(to_hex(i), 12, '0'))::uuid, $1 from generate_series(0, $4::int - 1) i`,
      [organization, id, personIdPrefix(number), members],
    );
  }
  await client.query('vacuum analyze');
}
