// What inviting many people costs, from the request to the last mail in the mail server's hands, while workers are killed.
//
//   npm run build && node bench/invite.mjs [--people 5000] [--kills 2] [--data DIR]
//
// Starts the built product as an API process and a worker process on the embedded PostgreSQL in --data, and a mail server of
// its own, which takes every mail; then sends one `inviteUsers` and kills the worker with SIGKILL --kills times, spread over
// the run, starting another one each time. Prints the seconds until the mail server has everyone's mail, and how many people
// got none, one, or more than one. Everything is on loopback.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { SMTPServer } from 'smtp-server';

const { values } = parseArgs({
  options: {
    people: { type: 'string', default: '5000' },
    kills: { type: 'string', default: '2' },
    data: { type: 'string' },
  },
});
const people = Number(values.people);
const kills = Number(values.kills);
const dataDir = values.data ?? mkdtempSync(path.join(os.tmpdir(), 'rollcall-invite-'));
const dist = path.join(import.meta.dirname, '..', 'dist');

/** How often each mailbox was written to, and under which Message-IDs. */
const received = new Map();
let mails = 0;
const smtp = new SMTPServer({
  disabledCommands: ['AUTH', 'STARTTLS'],
  disableReverseLookup: true,
  onData(stream, session, done) {
    let head = '';
    stream.on('data', (chunk) => {
      head += chunk;
    });
    stream.on('end', () => {
      const address = session.envelope.rcptTo[0].address;
      const ids = received.get(address) ?? [];
      ids.push(/^message-id: (.*)$/im.exec(head)?.[1]);
      received.set(address, ids);
      mails += 1;
      done();
    });
  },
});
smtp.on('error', () => {});
smtp.listen(0, '127.0.0.1');
await once(smtp.server, 'listening');

const environment = {
  PATH: process.env.PATH,
  HOST: '127.0.0.1',
  PORT: '0',
  LOG_LEVEL: 'warn',
  DATA_DIR: dataDir,
  SMTP_URL: `smtp://127.0.0.1:${smtp.server.address().port}`,
};

const children = new Set();
async function start(role) {
  const child = spawn(process.execPath, [path.join(dist, 'src/main.js')], {
    env: { ...environment, ROLE: role },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  for await (const chunk of child.stdout) {
    const url = /ready (\S+)/.exec(String(chunk))?.[1];
    if (url) return { child, url };
  }
  throw new Error(`The ${role} process ended.`);
}

const cli = async (...words) =>
  JSON.parse(
    (
      await promisify(execFile)(process.execPath, [path.join(dist, 'src/cli/cli.js'), ...words, '--json'], {
        env: environment,
      })
    ).stdout,
  );

const api = await start('api');
const slug = `invite-${Date.now().toString(36)}`;
await cli('org', 'create', slug, '--plan', 'enterprise', '--owner', `owner@${slug}.example`);
const { token } = await cli('token', 'create', slug, '--role', 'owner');
let worker = await start('worker');

async function graphql(query, variables) {
  const answer = await fetch(`${api.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await answer.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

const emails = Array.from({ length: people }, (_, index) => `person-${index}@${slug}.example`);
const started = performance.now();
const seconds = () => ((performance.now() - started) / 1000).toFixed(1);
const { inviteUsers: batch } = await graphql(
  'mutation ($input: InviteUsersInput!) { inviteUsers(input: $input) { id total } }',
  { input: { emails } },
);
console.log(`asked for ${batch.total} after ${seconds()} s`);
for (let kill = 1; kill <= kills; kill += 1) {
  while (mails < (people * kill) / (kills + 1)) await sleep(5);
  worker.child.kill('SIGKILL');
  await once(worker.child, 'exit');
  console.log(`killed a worker after ${mails} mails and ${seconds()} s`);
  worker = await start('worker');
}
while (received.size < people && performance.now() - started < 120_000) await sleep(5);
console.log(`${received.size} of ${people} people have their mail after ${seconds()} s`);
await sleep(8_000);

const counts = emails.map((email) => received.get(email) ?? []);
const repeated = counts.filter((ids) => ids.length > 1);
const recognisable = repeated.filter((ids) => new Set(ids).size === 1);
console.log(
  `none: ${counts.filter((ids) => ids.length === 0).length}, one: ${counts.filter((ids) => ids.length === 1).length}, ` +
    `more: ${repeated.length} (under the same Message-ID: ${recognisable.length})`,
);
const { invitationBatch } = await graphql(
  'query ($id: ID!) { invitationBatch(id: $id) { state total done failed } }',
  { id: batch.id },
);
console.log(JSON.stringify(invitationBatch));
worker.child.kill('SIGTERM');
await once(worker.child, 'exit');
api.child.kill('SIGTERM');
await once(api.child, 'exit');
smtp.close();
