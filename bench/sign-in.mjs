// How many people sign in a second by SAML and by OIDC, and what a flood of passwords does to SCIM, on a running product.
//
//   SSO_ALLOW_PRIVATE=true DATA_DIR=D PORT=P node dist/src/main.js
//   SSO_ALLOW_PRIVATE=true node bench/sign-in.mjs --url http://127.0.0.1:P --data D [--only saml,oidc,flood]
//     [--seconds 60] [--saml 50] [--oidc 40] [--flood 200] [--rounds 3] [--warm 10]
//
// Sign-ins come at a fixed rate whatever the answers take; one is two requests (the start and the provider's answer), and
// its time is that of both in the product. The providers are in this process and sign with RSA-2048, so their processor
// time is part of the machine. Quiet and flooded SCIM are measured in turns. Loopback only.
import { execFileSync } from 'node:child_process';
import { createHash, createPublicKey, createSign, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { inflateRawSync } from 'node:zlib';

const text = { type: 'string' };
const { values } = parseArgs({
  options: {
    url: text,
    pid: text,
    data: { ...text, default: process.env.DATA_DIR ?? '.data' },
    only: { ...text, default: 'saml,oidc,flood' },
    seconds: { ...text, default: '60' },
    saml: { ...text, default: '50' },
    oidc: { ...text, default: '40' },
    flood: { ...text, default: '200' },
    rounds: { ...text, default: '3' },
    warm: { ...text, default: '10' },
  },
});
const base = new URL(values.url ?? '');
if (!['127.0.0.1', 'localhost', '[::1]'].includes(base.hostname)) throw new Error('loopback only');
const chosen = new Set(values.only.split(','));
const seconds = Number(values.seconds);
/** Seconds at half the rate before anything counts: a process that has just started has compiled nothing yet. */
const warm = Number(values.warm);
const root = path.resolve(import.meta.dirname, '..');
const { selfSigned } = await import(path.join(root, 'dist/src/access/sso/self-signed.js'));
const run = Date.now().toString(36);
const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
const PEOPLE = 2_000;

const quantile = (numbers, q) =>
  [...numbers].sort((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * q))] ??
  Number.NaN;
const ms = (number) => `${number.toFixed(0)} ms`;

/** One request: status, headers, text and how long it took. */
function send(method, url, { headers = {}, body = '' } = {}) {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const request = http.request(
      new URL(url, base),
      { method, agent, headers: { ...headers, ...(body && { 'content-length': Buffer.byteLength(body) }) } },
      (response) => {
        let answer = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => {
          answer += chunk;
        });
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            answer,
            ms: performance.now() - began,
          }),
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

function cli(...parameters) {
  const argv = [path.join(root, 'dist/src/cli/cli.js'), ...parameters, '--json'];
  const env = { ...process.env, DATA_DIR: values.data };
  const stdio = ['ignore', 'pipe', 'inherit'];
  return JSON.parse(execFileSync(process.execPath, argv, { cwd: root, env, encoding: 'utf8', stdio }));
}

/** Processor time of the process that --pid names, in milliseconds (Linux); NaN without it. */
function processorMs() {
  if (values.pid === undefined) return Number.NaN;
  const fields = readFileSync(`/proc/${values.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Starts `work` so many times a second for so long; what each returned, in milliseconds, and how many failed. */
async function atRate(perSecond, duration, work) {
  const began = performance.now();
  const processor = processorMs();
  const total = Math.round(perSecond * duration);
  const times = [];
  const failures = new Map();
  const running = new Set();
  for (let n = 0; n < total; n += 1) {
    const wait = began + (n * 1000) / perSecond - performance.now();
    if (wait > 1) await sleep(wait);
    const one = work(n)
      .then((took) => times.push(took))
      .catch((error) => failures.set(error.message, (failures.get(error.message) ?? 0) + 1))
      .finally(() => running.delete(one));
    running.add(one);
  }
  await Promise.all(running);
  const failed = [...failures.values()].reduce((a, b) => a + b, 0);
  const rate = times.length / ((performance.now() - began) / 1000);
  return { times, failed, failures, rate, cost: (processorMs() - processor) / total };
}

function report(name, { times, failed, failures, rate, cost }) {
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((q) => ms(quantile(times, q)));
  console.log(
    `${name}: ${rate.toFixed(1)}/s, p50 ${p50}, p95 ${p95}, p99 ${p99}, ${failed} failed, ${cost.toFixed(1)} ms of processor each`,
  );
  for (const [message, count] of failures) console.log(`  ${count} x ${message.slice(0, 200)}`);
}

const key = await selfSigned('Bench IdP');
const base64 = key.certificate.replaceAll(/-----[A-Z ]+-----|\s/g, '');
const slug = `sign-in-${run}`;
cli(
  'org',
  'create',
  slug,
  '--plan',
  'enterprise',
  '--owner',
  `owner@${slug}.example`,
  '--seats',
  '100000',
  '--sso',
  'simulated',
);
const cookiesOf = ({ headers }) => (headers['set-cookie'] ?? []).map((line) => line.split(';')[0]).join('; ');

async function begin(connectionId) {
  const started = await send('GET', `/signin/${slug}/start/${connectionId}`);
  if (started.status !== 303) throw new Error(`start: ${started.status}`);
  return { url: new URL(started.headers.location), cookie: cookiesOf(started), ms: started.ms };
}

function requireSession(answer, what) {
  if (answer.status === 303 && cookiesOf(answer).includes('__Host-rollcall=')) return;
  throw new Error(
    `${what}: ${answer.status} ${answer.answer.replaceAll(/<style>[\s\S]*?<\/style>|<[^>]+>|reference: [\w-]+|\s+/g, ' ')}`,
  );
}

const IDP = 'https://idp.bench.example/saml';
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const SAML = 'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"';

/** A signed response. Its XML is written in canonical form already, so that signing it costs one RSA operation. */
function response({ acs, inResponseTo, subject }) {
  const at = (minutes) => new Date(Date.now() + minutes * 60_000).toISOString();
  const id = `_${randomUUID()}`;
  const head = `<saml:Assertion ${SAML} ID="${id}" IssueInstant="${at(0)}" Version="2.0"><saml:Issuer>${IDP}</saml:Issuer>`;
  const rest = `<saml:Subject><saml:NameID>${subject}</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData InResponseTo="${inResponseTo}" NotOnOrAfter="${at(5)}" Recipient="${acs}"></saml:SubjectConfirmationData></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="${at(-1)}" NotOnOrAfter="${at(5)}"><saml:AudienceRestriction><saml:Audience>${acs}</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="${at(0)}" SessionIndex="${id}"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement><saml:Attribute Name="email"><saml:AttributeValue>${subject}@bench.example</saml:AttributeValue></saml:Attribute><saml:Attribute Name="givenName"><saml:AttributeValue>${subject}</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion>`;
  const digest = createHash('sha256').update(`${head}${rest}`).digest('base64');
  const info = `<ds:SignedInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:CanonicalizationMethod Algorithm="${EXCLUSIVE}"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></ds:SignatureMethod><ds:Reference URI="#${id}"><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></ds:Transform><ds:Transform Algorithm="${EXCLUSIVE}"></ds:Transform></ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod><ds:DigestValue>${digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>`;
  const value = createSign('sha256').update(info).sign(key.privateKey, 'base64');
  const signature = `<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">${info}<ds:SignatureValue>${value}</ds:SignatureValue></ds:Signature>`;
  return `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_${randomUUID()}" Version="2.0" IssueInstant="${at(0)}" Destination="${acs}" InResponseTo="${inResponseTo}"><saml:Issuer ${SAML}>${IDP}</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>${head}${signature}${rest}</samlp:Response>`;
}

async function measureSaml() {
  const folder = mkdtempSync(path.join(tmpdir(), 'sign-in-'));
  const file = path.join(folder, 'metadata.xml');
  writeFileSync(
    file,
    `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${IDP}"><md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>${base64}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor><md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.bench.example/sso"/></md:IDPSSODescriptor></md:EntityDescriptor>`,
  );
  const { connectionId } = cli('sso', 'connect', slug, '--metadata', file);
  rmSync(folder, { recursive: true });
  const acs = `${base.origin}/signin/${slug}/saml`;
  const signIn = async (n) => {
    const { url, cookie, ms: first } = await begin(connectionId);
    const xml = inflateRawSync(Buffer.from(url.searchParams.get('SAMLRequest'), 'base64')).toString();
    const [, inResponseTo] = /ID="([^"]+)"/.exec(xml);
    const signed = response({ acs, inResponseTo, subject: `saml-${n % PEOPLE}` });
    const body = new URLSearchParams({
      SAMLResponse: Buffer.from(signed).toString('base64'),
      RelayState: url.searchParams.get('RelayState'),
    }).toString();
    const headers = { cookie, 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await send('POST', `/signin/${slug}/saml`, { headers, body });
    requireSession(answer, 'saml');
    return first + answer.ms;
  };
  await atRate(Number(values.saml) / 2, warm, signIn);
  report(`SAML at ${values.saml}/s for ${seconds} s`, await atRate(Number(values.saml), seconds, signIn));
}

/** An OpenID provider that answers at once: discovery, keys, and one token for each code. */
async function openProvider() {
  const codes = new Map();
  const { n, e } = createPublicKey(key.certificate).export({ format: 'jwk' });
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const server = http.createServer((request, answer) => {
    const issuer = `http://127.0.0.1:${server.address().port}`;
    const json = (value) => answer.setHeader('content-type', 'application/json').end(JSON.stringify(value));
    if (request.url.endsWith('openid-configuration')) {
      return json({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
        id_token_signing_alg_values_supported: ['RS256'],
      });
    }
    if (request.url === '/jwks')
      return json({ keys: [{ kty: 'RSA', kid: 'one', alg: 'RS256', use: 'sig', n, e }] });
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const { nonce, sub } = codes.get(new URLSearchParams(body).get('code'));
      const now = Math.floor(Date.now() / 1000);
      const claims = {
        iss: issuer,
        aud: 'bench',
        sub,
        nonce,
        iat: now,
        exp: now + 300,
        email: `${sub}@bench.example`,
        email_verified: true,
      };
      const signed = `${part({ alg: 'RS256', kid: 'one' })}.${part(claims)}`;
      const idToken = `${signed}.${createSign('sha256').update(signed).sign(key.privateKey, 'base64url')}`;
      json({ access_token: 'a', token_type: 'Bearer', expires_in: 300, id_token: idToken });
    });
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { codes, server, issuer: `http://127.0.0.1:${server.address().port}` };
}

async function measureOidc() {
  const { codes, server, issuer } = await openProvider();
  // The command line is another process: it asks this one, so it must not be waited for synchronously.
  const { spawn } = await import('node:child_process');
  const env = { ...process.env, DATA_DIR: values.data, SSO_ALLOW_PRIVATE: 'true' };
  const argv = [
    'sso',
    'connect',
    slug,
    '--issuer',
    issuer,
    '--client-id',
    'bench',
    '--client-secret',
    's',
    '--json',
  ];
  const child = spawn(process.execPath, [path.join(root, 'dist/src/cli/cli.js'), ...argv], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  for await (const chunk of child.stdout) printed += chunk;
  const { connectionId } = JSON.parse(printed);
  const signIn = async (n) => {
    const { url, cookie, ms: first } = await begin(connectionId);
    const code = randomUUID();
    codes.set(code, { nonce: url.searchParams.get('nonce'), sub: `oidc-${n % PEOPLE}` });
    const query = new URLSearchParams({ code, state: url.searchParams.get('state') });
    const answer = await send('GET', `/signin/${slug}/oidc?${query}`, { headers: { cookie } });
    codes.delete(code);
    requireSession(answer, 'oidc');
    return first + answer.ms;
  };
  await atRate(Number(values.oidc) / 2, warm, signIn);
  report(`OIDC at ${values.oidc}/s for ${seconds} s`, await atRate(Number(values.oidc), seconds, signIn));
  server.close();
}

/** SCIM at 20 requests a second, alone and beside so many wrong passwords a second, each from a client of its own. */
async function measureFlood() {
  const { token } = cli('scim', 'connect', slug, '--provider', 'custom');
  const scim = async (n) => {
    const name = `flood-${run}-${n}-${Math.random().toString(36).slice(2)}`;
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' };
    const body = JSON.stringify({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: `${name}@flood.example`,
      emails: [{ value: `${name}@flood.example`, type: 'work' }],
    });
    const answer = await send(n % 2 ? 'GET' : 'POST', n % 2 ? '/scim/v2/Users?count=1' : '/scim/v2/Users', {
      headers,
      ...(n % 2 === 0 && { body }),
    });
    if (answer.status >= 300) throw new Error(`scim: ${answer.status} ${answer.answer}`);
    return answer.ms;
  };
  const statuses = new Map();
  const guess = async (n) => {
    const body = new URLSearchParams({ email: `p${n}@flood.example`, password: `guess ${n}` }).toString();
    const answer = await send('POST', `/signin/${slug}/password`, {
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        origin: base.origin,
        'x-forwarded-for': `198.${18 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`,
      },
      body,
    });
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    return answer.ms;
  };
  const [quiet, flooded] = [[], []];
  const duration = Math.max(5, seconds / 3);
  await Promise.all([
    atRate(20, warm, scim),
    atRate(Number(values.flood) / 4, warm, (n) => guess(n + 900_000)),
  ]);
  statuses.clear();
  for (let round = 0; round < Number(values.rounds); round += 1) {
    quiet.push(...(await atRate(20, duration, scim)).times);
    const [beside] = await Promise.all([
      atRate(20, duration, scim),
      atRate(Number(values.flood), duration, (n) => guess(n + round * 100_000)),
    ]);
    flooded.push(...beside.times);
  }
  const [before, during] = [quiet, flooded].map((times) => quantile(times, 0.99));
  console.log(
    `SCIM p99: quiet ${ms(before)}, beside ${values.flood} passwords/s ${ms(during)}: ${(during / before).toFixed(2)} times (p50 ${ms(quantile(quiet, 0.5))} and ${ms(quantile(flooded, 0.5))})`,
  );
  console.log(`  passwords were answered ${JSON.stringify(Object.fromEntries(statuses))}`);
}

if (chosen.has('saml')) await measureSaml();
if (chosen.has('oidc')) await measureOidc();
if (chosen.has('flood')) await measureFlood();
agent.destroy();
