import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { Client } from '../load/client.mjs';

const dist = path.resolve(import.meta.dirname, '../../dist/src');
const part = (name) => import(path.join(dist, name));

function databaseUrl(data) {
  if (process.env.DATABASE_URL) return process.env.DATABASE_URL;
  const state = JSON.parse(readFileSync(path.join(data, 'postgres.json'), 'utf8'));
  return `postgresql://rollcall:${state.password}@127.0.0.1:${state.port}/rollcall`;
}

/**
 * The running product at `base` with its database: seeds organizations and groups by SQL, and sends requests through the
 * SCIM door. `pid` is the product's process, for its memory.
 */
export async function openBed({ base, data, pid }) {
  const run = Date.now().toString(36);
  const client = new pg.Client({ connectionString: databaseUrl(data) });
  await client.connect();
  // As the product does: people are checked against tables that were small when the check was planned.
  await client.query('set jit = off; set enable_seqscan = off');
  // The operator's own commands make the organizations, as anybody would, in this process: a process for each of fifty
  // takes minutes.
  process.env.DATA_DIR = data;
  const [{ orgCreate }, { scimConnect }] = [await part('cli/org.js'), await part('cli/scim.js')];
  const [{ readConfig }, { openDatabase }, { createLogger }] = [
    await part('config.js'),
    await part('open-database.js'),
    await part('kernel/logger.js'),
  ];
  const config = readConfig();
  const opened = await openDatabase(config, createLogger('warn'), () => {});
  const operator = (command, slug, options) =>
    command.run({ config, database: opened.database }, slug, options);
  const clients = new Map();

  /** What an answer is, how long it took and how many bytes it had; the text only when it is short. */
  function send(token, ...request) {
    const client = clients.get(token) ?? new Client(base, token, { connections: 64 });
    clients.set(token, client);
    return client.send(...request);
  }

  async function must(...parameters) {
    const answer = await send(...parameters);
    if (answer.status >= 300)
      throw new Error(`${parameters[1]} ${parameters[2]}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer;
  }

  async function inOrganization(organization, statement, parameters = []) {
    await client.query('begin');
    try {
      await client.query('set local role rollcall_organization');
      await client.query("select set_config('app.organization_id', $1, true)", [organization.id]);
      const { rows } = await client.query(statement, parameters);
      await client.query('commit');
      return rows;
    } catch (error) {
      await client.query('rollback');
      throw error;
    }
  }

  /** An organization with a connection and `count` people that it manages; returns their ids in order. */
  async function organizationOf(count, name) {
    const slug = `scale-${name}-${run}`;
    const { organizationId } = await operator(orgCreate, slug, {
      plan: 'enterprise',
      owner: `owner@${slug}.example`,
      sso: 'simulated',
    });
    const { connectionId, token } = await operator(scimConnect, slug, { provider: 'custom', profile: 'rfc' });
    const organization = { id: organizationId, connectionId, token, slug };
    const people = await inOrganization(
      organization,
      `insert into users (organization_id, id, user_name, user_name_key, email, email_key, external_id, given_name, family_name, connection_id)
       select $1, uuidv7(), n || '@s.example', n || '@s.example', n || '@s.example', n || '@s.example', 'x-' || n, 'Given ' || n, 'Family', $2
       from (select 'p' || i as n from generate_series(1, $3::int) i) as numbered returning id`,
      [organization.id, connectionId, count],
    );
    organization.people = people.map((row) => row.id);
    return organization;
  }

  /** A group with the members given by their place among the organization's people, already applied. */
  async function groupOf(organization, from, to) {
    const displayName = `scale ${from}-${to} ${Math.random().toString(36).slice(2)}`;
    const { body } = await must(organization.token, 'POST', '/Groups', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
      displayName,
    });
    await inOrganization(
      organization,
      `insert into memberships (organization_id, group_id, user_id, state, applied_at)
       select $1, $2, id, 'active', clock_timestamp() from unnest($3::uuid[]) as id`,
      [organization.id, body.id, organization.people.slice(from, to)],
    );
    return body.id;
  }

  /** Of the process that --pid names (Linux); without it memory is not measured. */
  function residentBytes() {
    if (pid === undefined) return Number.NaN;
    const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes) * 1024;
  }

  /** The most memory the product held while `work` ran, above what it held before, in MB. */
  async function memoryOf(work) {
    const before = residentBytes();
    let most = before;
    let over = false;
    const watching = (async () => {
      while (!over) {
        most = Math.max(most, residentBytes());
        await sleep(50);
      }
    })();
    const result = await work();
    over = true;
    await watching;
    return { result, megabytes: (most - before) / 1048576 };
  }

  async function close() {
    for (const door of clients.values()) door.end();
    await client.end();
    await opened.close();
  }

  const analyze = () => client.query('vacuum analyze users').catch(() => {});
  return { run, send, must, inOrganization, organizationOf, groupOf, memoryOf, analyze, close };
}
