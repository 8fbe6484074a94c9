import type { Moment } from './wire.js';

/** A statement that changes what is kept. */
const WRITES = /\b(insert into (?!provisioning_log)|update|delete from) ?\w+/i;
const HISTORY = /insert into audit_log/i;
const COMMITS = /insert into audit_log[\s\S]*\bcommit\b/i;
/** PostgreSQL's words for what it has done (CommandComplete). */
const WRITTEN = /C[\s\S]{4}(INSERT 0|UPDATE|DELETE|SELECT) \d+\0/;
const COMMITTED = /COMMIT\0/;

/** Where an API process is killed (F1): seen on its wire to PostgreSQL, and the last one on its wire to the client. */
export const API_MOMENTS: readonly Moment[] = [
  { name: 'before BEGIN', who: 'client', said: /\bbegin\b/i, delivered: false },
  { name: 'before the first write', who: 'client', said: WRITES, delivered: false },
  { name: 'after the first write', who: 'server', said: WRITES, answered: WRITTEN, delivered: false },
  { name: 'before the history', who: 'client', said: HISTORY, delivered: false },
  { name: 'before COMMIT', who: 'client', said: COMMITS, delivered: false },
  { name: 'with COMMIT on its way', who: 'client', said: COMMITS, delivered: true },
  {
    name: 'after COMMIT, before it hears of it',
    who: 'server',
    said: COMMITS,
    answered: COMMITTED,
    delivered: false,
  },
];

export const ANSWER_MOMENT: Moment = {
  name: 'after COMMIT, before the client hears the answer',
  who: 'server',
  said: /(POST|PATCH) \/scim\/v2\//,
  answered: /^HTTP\/1\.1 2/,
  delivered: false,
};

const CLAIMS = /select organization_id, id, topic[\s\S]*from outbox/i;
const DELETES = /delete from outbox/i;
const APPLIES = /(update memberships set state|delete from memberships)/i;

/** Where a worker is killed (F2). */
export const WORKER_MOMENTS: readonly Moment[] = [
  {
    name: 'after the outbox claim',
    who: 'server',
    said: CLAIMS,
    answered: /group\.members\.changed/,
    delivered: false,
  },
  {
    name: 'after the jobs were added, before the messages are gone',
    who: 'client',
    said: DELETES,
    delivered: false,
  },
  { name: 'in the middle of a job', who: 'client', said: APPLIES, delivered: false },
  {
    name: 'in the middle of a job, before COMMIT',
    who: 'client',
    said: /(update memberships set state|delete from memberships)[\s\S]*\bcommit\b/i,
    delivered: false,
  },
  {
    name: 'after the job is stored, before the queue hears of it',
    who: 'server',
    said: /(update memberships set state|delete from memberships)[\s\S]*\bcommit\b/i,
    answered: COMMITTED,
    delivered: false,
  },
];
