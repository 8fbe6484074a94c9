#!/usr/bin/env node

// replay.mjs - replays IdP "tapes" against a SCIM 2.0 server. No dependencies, Node >= 18.
//
//   node replay.mjs --base http://127.0.0.1:PORT/scim/v2 --token T [--fresh-suffix] files...
//
// Options
//   --base URL          SCIM base URL (no trailing slash needed)
//   --token T           bearer token; every step sends "Authorization: Bearer T" unless the step
//                       sets its own Authorization header (null = send none)
//   --basic ID:SECRET   enables tapes with "requires":["basic"]; ${basic} = base64(ID:SECRET)
//   --fresh-suffix      random ${run}/${uuid} (repeat runs on one server). Without it both are a
//                       hash of the tape, so a run on an empty server is reproducible.
//   --seed S            mixes S into that hash (reproducible, but different from the default)
//   --eventually MS     how long an "eventually" step polls (default 5000)
//   --timeout MS        per request (default 15000)
//   --only TEXT         only tapes whose "client/scenario" contains TEXT
//   --lint              check the files' structure and variables; send nothing
//   --verbose           one line for each passing step as well
//   --dump              print request/response of each failing step (on stderr)
//
// Output: one line per failing step "FAIL client/scenario [step] expected ..., got ...",
// one "SKIP" line per tape whose "requires" is not met, and a closing "N passed, M failed"
// (steps). Exit code 1 if any failed, 2 on bad usage.
//
// Tape format
//   { client, scenario, source:[..], notes?:[..], vars?:{..}, requires?:["basic"],
//     steps:[{ name, eventually?:true, waitMs?, repeat?:{count,parallel?}, noRetry429?:true,
//       request:{ method, path, query?, queryEncoding?:"plus", rawQuery?, headers?, body?, rawBody? },
//       expect:{ status:[..], headers?, body?:{pointer:matcher}, bodyIf?:{"200":{..}}, save?:{name:pointer} },
//       save?:{..} }] }
//   ${name}  a save, a var, or a built-in: run, uuid, uuid:label (one value per tape and label),
//            i (1-based, in repeat), token, basic, base. ${name|uri|upper|...} filters:
//            uri, form, upper, lower, len. Inner first: ${member_${i}}.
//            A string that is exactly "${x}" keeps x's JSON type.
//   {"$merge":[a,b]} in a body = a's members overridden by b's (a client that PUTs back what it GOT).
//   {"$omit":[obj,"k",..]}   = obj without those members.
//   Pointers are RFC 6901; "" is the whole body; member names match exactly.
//   Matchers: a literal (deep equality), or an object with one or more of
//     present absent empty(absent|null|""|[]|{}) type(integer|number|string|boolean|array|object)
//     oneOf contains notContains equalsIgnoreCase regex length minLength maxLength gte lte not
//     each(array: every element matches) ; contains on an array takes a partial object or a literal.
//   An "eventually" step is repeated until it passes or the time is up (use it for GETs only).
//   waitMs pauses first: for "nothing must have changed", which an early look would always confirm.
//   A 429 that carries an integer Retry-After <= 10 s is obeyed (up to 5 times) unless the step
//   lists 429 as expected or sets noRetry429.

import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import zlib from 'node:zlib';

const opt = { eventually: 5000, timeout: 15000, files: [] };
const valued = new Set(['base', 'token', 'basic', 'seed', 'eventually', 'timeout', 'only']);
const flags = new Set(['fresh-suffix', 'lint', 'verbose', 'dump']);
for (let a = process.argv.slice(2); a.length; ) {
  const x = a.shift();
  if (!x.startsWith('--')) {
    opt.files.push(x);
    continue;
  }
  const [k, inline] = x.slice(2).split(/=(.*)/s);
  if (flags.has(k)) opt[k] = true;
  else if (valued.has(k)) opt[k] = inline ?? a.shift();
  else usage(`unknown option ${x}`);
}
if (!opt.files.length) usage('no tape files given');
if (!opt.lint && !opt.base) usage('--base is required');
opt.base = (opt.base || 'http://lint.invalid/scim/v2').replace(/\/+$/, '');
opt.eventually = Number(opt.eventually);
opt.timeout = Number(opt.timeout);
function usage(msg) {
  console.error(
    `${msg}\nusage: node replay.mjs --base URL --token T [--basic ID:SECRET] [--fresh-suffix] files...`,
  );
  process.exit(2);
}

const sleep = (ms) => new Promise((r) => setTimeout(r, ms));
const isObj = (v) => v !== null && typeof v === 'object' && !Array.isArray(v);
const show = (v) => {
  const s = v === undefined ? 'nothing' : JSON.stringify(v);
  return s.length > 300 ? s.slice(0, 300) + '…' : s;
};

// ---- variables -------------------------------------------------------------------------------
const FILTERS = {
  uri: (s) => encodeURIComponent(String(s)),
  form: (s) => encodeURIComponent(String(s)).replace(/%20/g, '+').replace(/'/g, '%27'),
  upper: (s) => String(s).toUpperCase(),
  lower: (s) => String(s).toLowerCase(),
  len: (s) => (Array.isArray(s) || typeof s === 'string' ? s.length : Object.keys(s ?? {}).length),
};
class Missing extends Error {}
function scopeFor(seed) {
  const hash = (label) => createHash('sha256').update(`${seed}|${label}`).digest('hex');
  const uuid = (label) => {
    const h = hash(`uuid:${label}`);
    return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-${'89ab'[parseInt(h[16], 16) & 3]}${h.slice(17, 20)}-${h.slice(20, 32)}`;
  };
  const vars = new Map();
  vars.set('run', hash('run').slice(0, 8));
  vars.set('token', opt.token ?? '');
  vars.set('base', opt.base);
  if (opt.basic) vars.set('basic', Buffer.from(opt.basic, 'utf8').toString('base64'));
  return {
    vars,
    get(expr) {
      const [name, ...filters] = expr.split('|').map((s) => s.trim());
      let v;
      if (vars.has(name)) v = vars.get(name);
      else if (name === 'uuid') v = uuid('');
      else if (name.startsWith('uuid:')) v = uuid(name.slice(5));
      else throw new Missing(name);
      for (const f of filters) {
        if (!FILTERS[f]) throw new Error(`unknown filter |${f}`);
        v = FILTERS[f](v);
      }
      return v;
    },
  };
}
const INNER = /\$\{([^{}]+)\}/;
function subst(str, scope) {
  for (let n = 0; n < 200; n++) {
    const m = INNER.exec(str);
    if (!m) return str;
    const v = scope.get(m[1]);
    if (m[0] === str) return v; // whole string: keep the type
    str =
      str.slice(0, m.index) +
      (typeof v === 'string' ? v : JSON.stringify(v)) +
      str.slice(m.index + m[0].length);
  }
  throw new Error('too many substitutions');
}
function fill(v, scope) {
  if (typeof v === 'string') return subst(v, scope);
  if (Array.isArray(v)) return v.map((x) => fill(x, scope));
  if (isObj(v)) {
    if (Array.isArray(v.$merge)) {
      const [a, b] = v.$merge.map((x) => fill(x, scope));
      return { ...(isObj(a) ? a : {}), ...b };
    }
    if (Array.isArray(v.$omit)) {
      const [o, ...keys] = v.$omit.map((x) => fill(x, scope));
      return Object.fromEntries(Object.entries(o ?? {}).filter(([k]) => !keys.includes(k)));
    }
    return Object.fromEntries(Object.entries(v).map(([k, x]) => [String(subst(k, scope)), fill(x, scope)]));
  }
  return v;
}

// ---- JSON pointer and matchers ---------------------------------------------------------------
function at(doc, pointer) {
  if (pointer === '') return doc;
  if (!pointer.startsWith('/')) throw new Error(`bad pointer ${pointer}`);
  let v = doc;
  for (const raw of pointer.slice(1).split('/')) {
    const key = raw.replace(/~1/g, '/').replace(/~0/g, '~');
    if (v === null || typeof v !== 'object' || !Object.hasOwn(v, key)) return undefined;
    v = v[key];
  }
  return v;
}
function equal(a, b) {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((x, i) => equal(x, b[i]));
  if (isObj(a) && isObj(b)) {
    const ka = Object.keys(a),
      kb = Object.keys(b);
    return ka.length === kb.length && ka.every((k) => Object.hasOwn(b, k) && equal(a[k], b[k]));
  }
  return false;
}
const partial = (want, got) =>
  isObj(want) ? isObj(got) && Object.entries(want).every(([k, v]) => partial(v, got[k])) : equal(want, got);
const empty = (v) =>
  v === undefined || v === null || v === '' || (typeof v === 'object' && Object.keys(v).length === 0);
const TYPES = {
  integer: Number.isInteger,
  number: (v) => typeof v === 'number',
  string: (v) => typeof v === 'string',
  boolean: (v) => typeof v === 'boolean',
  array: Array.isArray,
  object: isObj,
};
const RULES = {
  present: (a, v) => (v !== undefined && v !== null) === Boolean(a),
  absent: (a, v) => (v === undefined) === Boolean(a),
  empty: (a, v) => empty(v) === Boolean(a),
  type: (a, v) => TYPES[a](v),
  oneOf: (a, v) => a.some((x) => equal(x, v)),
  contains: (a, v) =>
    typeof v === 'string' ? v.includes(a) : Array.isArray(v) && v.some((x) => partial(a, x)),
  notContains: (a, v) =>
    typeof v === 'string' ? !v.includes(a) : !Array.isArray(v) || !v.some((x) => partial(a, x)),
  equalsIgnoreCase: (a, v) => typeof v === 'string' && v.toLowerCase() === String(a).toLowerCase(),
  regex: (a, v) => typeof v === 'string' && new RegExp(a, 'u').test(v),
  length: (a, v) => (v === undefined || v === null ? 0 : v.length) === a,
  minLength: (a, v) => (v?.length ?? 0) >= a,
  maxLength: (a, v) => (v?.length ?? 0) <= a,
  gte: (a, v) => typeof v === 'number' && v >= a,
  lte: (a, v) => typeof v === 'number' && v <= a,
  not: (a, v) => !matches(a, v),
  each: (a, v) => Array.isArray(v) && v.every((x) => matches(a, x)),
};
const isMatcher = (m) =>
  isObj(m) && Object.keys(m).length > 0 && Object.keys(m).every((k) => Object.hasOwn(RULES, k));
const matches = (want, got) =>
  isMatcher(want) ? Object.entries(want).every(([k, a]) => RULES[k](a, got)) : equal(want, got);

// ---- HTTP ------------------------------------------------------------------------------------
const agents = {
  'http:': new http.Agent({ keepAlive: true, maxSockets: 64 }),
  'https:': new https.Agent({ keepAlive: true, maxSockets: 64 }),
};
function send(method, url, headers, body) {
  return new Promise((resolve, reject) => {
    const u = new URL(url);
    const mod = u.protocol === 'https:' ? https : http;
    const req = mod.request(
      {
        method,
        protocol: u.protocol,
        hostname: u.hostname.replace(/^\[|\]$/g, ''),
        port: u.port || undefined,
        path: url.replace(/^https?:\/\/[^/?#]+/, '') || '/', // verbatim: the WHATWG URL would re-encode the query
        agent: agents[u.protocol],
        headers,
      },
      (res) => {
        const chunks = [];
        res.on('data', (c) => chunks.push(c));
        res.on('error', reject);
        res.on('end', () => {
          let raw = Buffer.concat(chunks);
          const enc = String(res.headers['content-encoding'] ?? '').toLowerCase();
          try {
            if (raw.length && enc === 'gzip') raw = zlib.gunzipSync(raw);
            else if (raw.length && enc === 'deflate') raw = zlib.inflateSync(raw);
            else if (raw.length && enc === 'br') raw = zlib.brotliDecompressSync(raw);
          } catch (err) {
            reject(err);
            return;
          }
          const text = raw.toString('utf8');
          let json;
          try {
            json = text ? JSON.parse(text) : undefined;
          } catch {
            json = undefined;
          }
          resolve({ status: res.statusCode, headers: res.headers, text, json });
        });
      },
    );
    req.setTimeout(opt.timeout, () => req.destroy(new Error(`no answer within ${opt.timeout} ms`)));
    req.on('error', reject);
    req.end(body);
  });
}
function build(step, scope) {
  const r = step.request;
  let url = String(subst(r.path, scope));
  if (!/^https?:/.test(url)) url = opt.base + url;
  const enc = r.queryEncoding === 'plus' ? FILTERS.form : FILTERS.uri;
  const q = Object.entries(r.query ?? {}).map(([k, v]) => `${enc(k)}=${enc(subst(String(v), scope))}`);
  if (r.rawQuery !== undefined) q.push(subst(r.rawQuery, scope));
  if (q.length) url += (url.includes('?') ? '&' : '?') + q.join('&');
  const headers = new Map([
    ['authorization', ['Authorization', `Bearer ${opt.token ?? ''}`]],
    ['accept', ['Accept', 'application/scim+json']],
  ]);
  let body;
  if (r.rawBody !== undefined) body = String(subst(r.rawBody, scope));
  else if (r.body !== undefined) body = JSON.stringify(fill(r.body, scope));
  if (body !== undefined) headers.set('content-type', ['Content-Type', 'application/scim+json']);
  for (const [k, v] of Object.entries(r.headers ?? {})) {
    if (v === null) headers.delete(k.toLowerCase());
    else headers.set(k.toLowerCase(), [k, String(subst(v, scope))]);
  }
  if (body !== undefined) headers.set('content-length', ['Content-Length', String(Buffer.byteLength(body))]);
  else if (/^(PUT|POST|PATCH)$/i.test(r.method)) headers.set('content-length', ['Content-Length', '0']);
  return { method: r.method, url, headers: Object.fromEntries(headers.values()), body };
}

// ---- one step --------------------------------------------------------------------------------
function judge(step, scope, res) {
  const e = step.expect ?? {};
  const problems = [];
  const statuses = [].concat(e.status ?? []);
  if (statuses.length && !statuses.includes(res.status)) {
    problems.push([
      `status ${statuses.join('|')}`,
      `status ${res.status}${res.text ? ' ' + res.text.replace(/\s+/g, ' ').slice(0, 300) : ''}`,
    ]);
    return problems; // the rest would be noise
  }
  // saves first, so that header and body expectations may use this response's id
  for (const [name, pointer] of Object.entries({ ...(e.save ?? {}), ...(step.save ?? {}) })) {
    const v = pointer.startsWith('header:')
      ? res.headers[pointer.slice(7).toLowerCase()]
      : at(res.json, pointer);
    if (v === undefined || v === null) problems.push([`${pointer || 'a body'} to save as ${name}`, show(v)]);
    else scope.vars.set(String(subst(name, scope)), v);
  }
  for (const [h, want] of Object.entries(e.headers ?? {})) {
    const got = res.headers[h.toLowerCase()];
    const w =
      want === 'present' ? { present: true } : want === 'absent' ? { absent: true } : fill(want, scope);
    if (!matches(w, got)) problems.push([`header ${h} ${show(w)}`, show(got)]);
  }
  const bodies = [e.body, e.bodyIf?.[String(res.status)]];
  for (const b of bodies) {
    for (const [pointer, want] of Object.entries(b ?? {})) {
      const p = String(subst(pointer, scope)),
        w = fill(want, scope);
      const got = at(res.json, p);
      if (!matches(w, got))
        problems.push([
          `${p || 'body'} ${show(w)}`,
          show(
            got === undefined && res.json === undefined && res.text
              ? `non-JSON: ${res.text.slice(0, 120)}`
              : got,
          ),
        ]);
    }
  }
  return problems;
}
async function attempt(step, scope) {
  let sent, res;
  try {
    sent = build(step, scope);
  } catch (err) {
    if (err instanceof Missing)
      return { problems: [[`\${${err.message}} from an earlier step`, 'never saved']] };
    throw err;
  }
  const statuses = [].concat(step.expect?.status ?? []);
  for (let n = 0; ; n++) {
    try {
      res = await send(sent.method, sent.url, sent.headers, sent.body);
    } catch (err) {
      return { sent, problems: [[`an answer`, `${err.code ?? ''} ${err.message}`.trim()]] };
    }
    const wait = res.headers['retry-after'];
    if (
      res.status === 429 &&
      !statuses.includes(429) &&
      !step.noRetry429 &&
      n < 5 &&
      /^\d+$/.test(wait ?? '') &&
      Number(wait) <= 10
    ) {
      await sleep(Number(wait) * 1000 + 50);
      continue;
    }
    break;
  }
  try {
    return { sent, res, problems: judge(step, scope, res) };
  } catch (err) {
    if (err instanceof Missing)
      return { sent, res, problems: [[`\${${err.message}} from an earlier step`, 'never saved']] };
    throw err;
  }
}
async function runOnce(step, scope) {
  if (!step.eventually) return attempt(step, scope);
  const end = Date.now() + opt.eventually;
  for (let wait = 25; ; wait = Math.min(wait * 2, 400)) {
    const out = await attempt(step, scope);
    if (!out.problems.length || !out.sent || Date.now() + wait > end) return out;
    await sleep(wait);
  }
}
async function runStep(step, scope) {
  if (step.waitMs) await sleep(step.waitMs);
  const n = step.repeat?.count;
  if (!n) return runOnce(step, scope);
  const one = (i) => {
    const local = {
      vars: scope.vars,
      get: (e) => (e.split('|')[0].trim() === 'i' ? FILTERS_APPLY(i, e) : scope.get(e)),
    };
    return runOnce(step, local);
  };
  if (step.repeat.parallel) {
    const all = await Promise.all(Array.from({ length: n }, (_, k) => one(k + 1)));
    const bad = all.filter((o) => o.problems.length);
    if (bad.length) bad[0].problems[0][1] += ` (${bad.length} of ${n} parallel requests)`;
    return bad[0] ?? all[0];
  }
  let out;
  for (let i = 1; i <= n; i++) {
    out = await one(i);
    if (out.problems.length) {
      out.problems[0][1] += ` (repetition ${i} of ${n})`;
      return out;
    }
  }
  return out;
}
function FILTERS_APPLY(v, expr) {
  for (const f of expr
    .split('|')
    .slice(1)
    .map((s) => s.trim()))
    v = FILTERS[f](v);
  return v;
}

// ---- lint ------------------------------------------------------------------------------------
function lint(tape) {
  const bad = [];
  const known = new Set(['run', 'uuid', 'token', 'basic', 'base', ...Object.keys(tape.vars ?? {})]);
  const patterns = [];
  const need = (v, where, extra = []) => {
    for (const m of JSON.stringify(v ?? '').matchAll(/\$\{([^{}]+)\}/g)) {
      const name = m[1].split('|')[0].trim();
      if (
        !name.startsWith('uuid:') &&
        !known.has(name) &&
        !extra.includes(name) &&
        !patterns.some((p) => p.test(name))
      )
        bad.push(`${where}: \${${name}} is not defined before use`);
      for (const f of m[1].split('|').slice(1))
        if (!FILTERS[f.trim()]) bad.push(`${where}: unknown filter ${f}`);
    }
  };
  for (const k of ['client', 'scenario']) if (typeof tape[k] !== 'string') bad.push(`${k} missing`);
  if (!Array.isArray(tape.source) || !tape.source.length) bad.push('source missing');
  if (!Array.isArray(tape.steps) || !tape.steps.length) {
    bad.push('steps missing');
    return bad;
  }
  const names = new Set();
  for (const [k, s] of tape.steps.entries()) {
    const where = `step ${k + 1} "${s.name}"`;
    if (!s.name) bad.push(`${where}: no name`);
    if (names.has(s.name)) bad.push(`${where}: name used twice`);
    names.add(s.name);
    if (!s.request?.method || !String(s.request?.path ?? '').startsWith('/'))
      bad.push(`${where}: request needs method and path`);
    if (!Array.isArray(s.expect?.status)) bad.push(`${where}: expect.status must be a list`);
    if (s.eventually && s.request?.method !== 'GET') bad.push(`${where}: eventually on ${s.request?.method}`);
    const extra = s.repeat ? ['i'] : [];
    need(s.request, where, extra);
    const saves = { ...(s.expect?.save ?? {}), ...(s.save ?? {}) };
    for (const n of Object.keys(saves)) {
      if (n.includes('${')) patterns.push(new RegExp('^' + n.replace(/\$\{[^}]*\}/g, '.*') + '$'));
      else known.add(n);
    }
    need({ ...s.expect, save: undefined }, where, extra);
    for (const b of [s.expect?.body, ...Object.values(s.expect?.bodyIf ?? {})]) {
      for (const [p, m] of Object.entries(b ?? {})) {
        if (p !== '' && !p.startsWith('/')) bad.push(`${where}: bad pointer ${p}`);
        if (isObj(m) && !isMatcher(m) && Object.keys(m).some((x) => Object.hasOwn(RULES, x)))
          bad.push(`${where}: mixed matcher at ${p}`);
      }
    }
  }
  return bad;
}

// ---- main ------------------------------------------------------------------------------------
let passed = 0,
  failed = 0;
const session = opt['fresh-suffix'] ? randomBytes(8).toString('hex') : (opt.seed ?? '');
for (const file of opt.files) {
  let tape;
  try {
    tape = JSON.parse(readFileSync(file, 'utf8'));
  } catch (err) {
    failed++;
    console.log(`FAIL ${path.basename(file)} [load] expected a JSON tape, got ${err.message}`);
    continue;
  }
  const label = `${tape.client}/${tape.scenario}`;
  if (opt.only && !label.includes(opt.only)) continue;
  if (opt.lint) {
    const bad = lint(tape);
    for (const b of bad) console.log(`FAIL ${label} [lint] ${b}`);
    if (bad.length) failed++;
    else passed++;
    continue;
  }
  const missing = (tape.requires ?? []).filter((r) => !opt[r]);
  if (missing.length) {
    console.log(`SKIP ${label} needs --${missing.join(', --')}`);
    continue;
  }
  const scope = scopeFor(`${session}|${tape.client}|${tape.scenario}`);
  for (const [k, v] of Object.entries(tape.vars ?? {})) scope.vars.set(k, fill(v, scope));
  for (const step of tape.steps) {
    let out;
    try {
      out = await runStep(step, scope);
    } catch (err) {
      out = { problems: [['a well-formed step', `${err.message}`]] };
    }
    if (out.problems.length) {
      failed++;
      console.log(
        `FAIL ${label} [${step.name}] expected ${out.problems.map((p) => p[0]).join(' & ')}, got ${out.problems.map((p) => p[1]).join(' & ')}`.replace(
          /[\r\n]+/g,
          ' ',
        ),
      );
      if (opt.dump && out.sent)
        console.error(
          `--- ${out.sent.method} ${out.sent.url}\n${out.sent.body ?? ''}\n--> ${out.res?.status} ${JSON.stringify(out.res?.headers)}\n${out.res?.text ?? ''}\n`,
        );
    } else {
      passed++;
      if (opt.verbose) console.log(`ok   ${label} [${step.name}]`);
    }
  }
}
for (const a of Object.values(agents)) a.destroy();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
