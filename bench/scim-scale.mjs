// Whether SCIM costs the same in a large organization as in a small one, on a running product.
//
//   node bench/scim-scale.mjs --base http://127.0.0.1:4000/scim/v2 [--data .data] [--pid PID] [--people 100000] [--rounds 3]
//     [--only members,replace,read,filters,pages,many] [--seconds 60] [--organizations 25] [--rate 25]
//
// Seeds people and groups by set-based SQL into the database of DATABASE_URL, or of the embedded PostgreSQL in the data
// folder, and measures through the SCIM door: three rounds, medians, interleaved. The memory is that of the
// process --pid. Loopback only. Everything it makes is in organizations named scale-...; drop the data folder afterwards.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { Client } from './load/client.mjs';
import { median, quantile } from './load/statistics.mjs';

const text = { type: 'string' };
const { values } = parseArgs({
  options: {
    base: text,
    pid: text,
    data: { ...text, default: process.env.DATA_DIR ?? '.data' },
    people: { ...text, default: '100000' },
    rounds: { ...text, default: '3' },
    only: { ...text, default: 'members,replace,read,filters,pages,many' },
    seconds: { ...text, default: '60' },
    organizations: { ...text, default: '25' },
    rate: { ...text, default: '25' },
  },
});
const LARGE = Number(values.people);
const SMALL = 1000;
const ROUNDS = Number(values.rounds);
const chosen = new Set(values.only.split(','));
const root = path.resolve(import.meta.dirname, '..');
const run = Date.now().toString(36);

const clients = new Map();
/** What an answer is, how long it took and how many bytes it had; the text only when it is short. */
function send(token, ...request) {
  const client = clients.get(token) ?? new Client(values.base, token, { connections: 64 });
  clients.set(token, client);
  return client.send(...request);
}

async function must(...parameters) {
  const answer = await send(...parameters);
  if (answer.status >= 300)
    throw new Error(`${parameters[1]} ${parameters[2]}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer;
}

const say = (line) => console.log(line);
const ms = (number) => `${number.toFixed(1)} ms`;
const pause = () => sleep(500);

function databaseUrl() {
  if (process.env.DATABASE_URL) return process.env.DATABASE_URL;
  const state = JSON.parse(readFileSync(path.join(values.data, 'postgres.json'), 'utf8'));
  return `postgresql://rollcall:${state.password}@127.0.0.1:${state.port}/rollcall`;
}
const client = new pg.Client({ connectionString: databaseUrl() });
await client.connect();
await client.query('set jit = off');

// The operator's own commands make the organizations, as anybody would, in this process: a process for each of fifty
// takes minutes.
process.env.DATA_DIR = values.data;
const part = (name) => import(path.join(root, 'dist/src', name));
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
  if (values.pid === undefined) return Number.NaN;
  const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${values.pid}/status`, 'utf8')) ?? [];
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

const patchOf = (...Operations) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations,
});

/** Each of the named measurements `samples` times, one after the other in turn; medians by name. */
async function inTurn(samples, work) {
  const took = Object.fromEntries(Object.keys(work).map((name) => [name, []]));
  for (let i = 0; i < samples; i += 1) {
    for (const [name, one] of Object.entries(work)) took[name].push((await one(i)).ms);
  }
  return Object.fromEntries(Object.entries(took).map(([name, list]) => [name, median(list)]));
}

function ratio(label, [small, large], bound) {
  const ratio = large / small;
  say(
    `${label}: ${ms(small)} -> ${ms(large)}, ratio ${ratio.toFixed(2)} (bound ${bound})${ratio > bound ? ' OVER' : ''}`,
  );
}

say(`seeding ${LARGE} and ${SMALL} people`);
const needsLarge = ['members', 'replace', 'read', 'filters', 'pages'].some((part) => chosen.has(part));
const big = needsLarge ? await organizationOf(LARGE, 'big') : undefined;
const little = needsLarge ? await organizationOf(SMALL, 'little') : undefined;
await client.query('vacuum analyze users').catch(() => {});

const QUIET = '?excludedAttributes=members';
if (chosen.has('members')) {
  const SAMPLES = 100;
  const [hundred, all] = [await groupOf(big, 0, 100), await groupOf(big, 0, LARGE - SAMPLES)];
  const groups = { small: hundred, large: all };
  const joining = big.people.slice(-SAMPLES);
  const member = (op) => (size) => (i) => {
    const value = joining[i];
    const operation =
      op === 'add'
        ? { op, path: 'members', value: [{ value }] }
        : { op, path: `members[value eq "${value}"]` };
    return must(big.token, 'PATCH', `/Groups/${groups[size]}${QUIET}`, patchOf(operation));
  };
  const rename = (size) => (i) =>
    must(
      big.token,
      'PATCH',
      `/Groups/${groups[size]}${QUIET}`,
      patchOf({ op: 'replace', path: 'displayName', value: `r ${size} ${i} ${Math.random()}` }),
    );
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const [name, work] of [
      ['add one', member('add')],
      ['remove one', member('remove')],
      ['rename', rename],
    ]) {
      const took = await inTurn(SAMPLES, { small: work('small'), large: work('large') });
      ratio(`round ${round} ${name}, group of 100 -> ${LARGE - SAMPLES}`, [took.small, took.large], 1.3);
      await sleep(1500);
    }
  }
}

if (chosen.has('replace')) {
  const HALF = Math.floor(LARGE / 2);
  for (let round = 1; round <= ROUNDS; round += 1) {
    const id = await groupOf(big, 0, HALF);
    const members = big.people.slice(HALF).map((value) => ({ value }));
    const body = {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
      displayName: `put ${run} ${round}`,
      members,
    };
    const began = performance.now();
    const { result, megabytes } = await memoryOf(() => send(big.token, 'PUT', `/Groups/${id}${QUIET}`, body));
    if (result.status !== 200) say(`PUT answered ${result.status} ${JSON.stringify(result.body)}`);
    let waiting = 1;
    while (waiting > 0) {
      [{ waiting }] = await inOrganization(
        big,
        "select count(*)::int as waiting from memberships where organization_id = $1 and group_id = $2 and state <> 'active'",
        [big.id, id],
      );
      if (waiting > 0) await sleep(100);
    }
    const applied = (performance.now() - began) / 1000;
    say(
      `round ${round} PUT of ${HALF} others for ${HALF}: answered ${ms(result.ms)} (bound 2000), applied ${applied.toFixed(1)} s (bound 20), memory +${megabytes.toFixed(0)} MB (bound 150)`,
    );
  }
}

if (chosen.has('read')) {
  const [hundred, all] = [await groupOf(big, 0, 100), await groupOf(big, 0, LARGE)];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const took = await inTurn(100, {
      small: () => must(big.token, 'GET', `/Groups/${hundred}${QUIET}`),
      large: () => must(big.token, 'GET', `/Groups/${all}${QUIET}`),
    });
    ratio(`round ${round} GET of a group without members, 100 -> ${LARGE}`, [took.small, took.large], 1.3);
    const { result, megabytes } = await memoryOf(() =>
      send(big.token, 'GET', `/Groups/${all}`, undefined, { keep: false }),
    );
    say(
      `round ${round} GET of ${LARGE} members: ${result.status}, ${(result.bytes / 1048576).toFixed(1)} MB in ${ms(result.ms)}, memory +${megabytes.toFixed(0)} MB (bound 50)`,
    );
    await pause();
  }
  const whole = await must(big.token, 'GET', `/Groups/${all}`);
  const distinct = new Set(whole.body.members.map(({ value }) => value)).size;
  say(`the whole group holds ${distinct} different members${distinct === LARGE ? '' : ' WRONG'}`);
}

if (chosen.has('filters')) {
  const filters = (organization) => {
    const n = () => 1 + Math.floor(Math.random() * organization.people.length);
    return {
      userName: () => `userName eq "p${n()}@s.example"`,
      externalId: () => `externalId eq "x-p${n()}"`,
      'e-mail': () => `emails[type eq "work"].value eq "p${n()}@s.example"`,
      'userName and active': () => `userName eq "p${n()}@s.example" and active eq true`,
      'externalId and active': () => `externalId eq "x-p${n()}" and active eq true`,
      'e-mail and active': () => `emails.value eq "p${n()}@s.example" and active eq true`,
    };
  };
  const look = (organization, name) => async () => {
    const filter = encodeURIComponent(filters(organization)[name]());
    const answer = await must(organization.token, 'GET', `/Users?filter=${filter}`);
    if (answer.body.totalResults !== 1) throw new Error(`${name} found ${answer.body.totalResults}`);
    return answer;
  };
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const name of Object.keys(filters(big))) {
      const took = await inTurn(100, { small: look(little, name), large: look(big, name) });
      ratio(`round ${round} filter by ${name}, ${SMALL} -> ${LARGE} people`, [took.small, took.large], 1.2);
    }
  }
}

if (chosen.has('pages')) {
  const COUNT = 100;
  const page = (cursor) =>
    must(big.token, 'GET', `/Users?count=${COUNT}&cursor=${encodeURIComponent(cursor)}`);
  const PAGE = Math.min(900, Math.floor(LARGE / COUNT) - 10);
  let cursor = '';
  for (let number = 1; number < PAGE; number += 1) cursor = (await page(cursor)).body.nextCursor;
  for (let round = 1; round <= ROUNDS; round += 1) {
    const took = await inTurn(50, { first: () => page(''), far: () => page(cursor) });
    ratio(`round ${round} cursor page 1 -> page ${PAGE} of ${COUNT}`, [took.first, took.far], 1.3);
  }
}

if (chosen.has('many')) {
  const COUNT = Number(values.organizations);
  const RATE = Number(values.rate);
  const SECONDS = Number(values.seconds);
  const organizations = [];
  for (let i = 0; i < COUNT; i += 1) organizations.push(await organizationOf(200, `many${i}`));
  for (let rate = RATE; ; rate = Math.floor(rate * 0.8)) {
    const statuses = {};
    const waits = { read: [], write: [] };
    let late = 0;
    const one = async ({ token, people }, isRead) => {
      const id = people[Math.floor(Math.random() * people.length)];
      const n = 1 + Math.floor(Math.random() * people.length);
      const answer = await (isRead
        ? Math.random() < 0.5
          ? send(token, 'GET', `/Users/${id}`)
          : send(token, 'GET', `/Users?filter=userName+eq+%22p${n}%40s.example%22`)
        : send(
            token,
            'PATCH',
            `/Users/${id}`,
            patchOf({ op: 'replace', path: 'title', value: `t${Math.random()}` }),
          )
      ).catch((error) => ({ status: error.code ?? 'broken', ms: 0 }));
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
      waits[isRead ? 'read' : 'write'].push(answer.ms);
    };
    const beating = organizations.map(async (organization, place) => {
      const inFlight = [];
      const began = performance.now() + (place / COUNT) * (1000 / rate);
      for (let i = 0; i < rate * SECONDS; i += 1) {
        const due = began + (i * 1000) / rate;
        const wait = due - performance.now();
        if (wait > 0) await sleep(wait);
        else if (wait < -1000) late += 1;
        inFlight.push(one(organization, i % 10 < 7));
      }
      await Promise.all(inFlight);
    });
    const began = performance.now();
    await Promise.all(beating);
    const seconds = (performance.now() - began) / 1000;
    const sent = waits.read.length + waits.write.length;
    const shown = ['read', 'write'].map(
      (kind) => `${kind} p50 ${ms(quantile(waits[kind], 0.5))} p99 ${ms(quantile(waits[kind], 0.99))}`,
    );
    say(
      `${COUNT} organizations x ${rate}/s for ${SECONDS} s: ${(sent / seconds).toFixed(0)}/s, ${JSON.stringify(statuses)}, ${shown.join(', ')}, ${late} sent late`,
    );
    const isHeld =
      Object.keys(statuses).every((status) => status === '200') && seconds < SECONDS * 1.05 && late === 0;
    if (isHeld || rate < 3) break;
    await sleep(3000);
  }
}

for (const door of clients.values()) door.end();
await client.end();
await opened.close();
