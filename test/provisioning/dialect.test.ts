import { readdirSync, readFileSync } from 'node:fs';
import { CORE_GROUP, CORE_USER, ENTERPRISE_USER } from '../../src/directory/attributes.js';
import { STANDARD_USER } from '../../src/directory/user-attributes.js';
import { dialectOf, type SpokenRequest } from '../../src/scim/dialect.js';
import { ignoredIn, normalisationsOf } from '../../src/scim/normalisations.js';
import { patch } from '../support/people.js';

const request = (method: string, url: string, body?: unknown, rest: Partial<SpokenRequest> = {}) => ({
  method,
  url: `/scim/v2${url}`,
  userAgent: undefined,
  hasAdScimVersion: false,
  body,
  ...rest,
});
const patched = (...operations: Record<string, unknown>[]) =>
  request('PATCH', '/Users/x', patch(...operations));
const posted = (body: Record<string, unknown>) =>
  request('POST', '/Users', { schemas: [CORE_USER], ...body });
const agent = (userAgent: string) => request('GET', '/Users/x', undefined, { userAgent });

describe('dialectOf recognises', () => {
  it.each<[string, string, SpokenRequest]>([
    ['Okta by its name', 'okta', agent('Okta SCIM Client 1.0.0')],
    ['authentik by its name', 'authentik', agent('goauthentik.io/2026.2')],
    ['PingFederate by its name', 'ping', agent('PingFederate/12.1')],
    [
      'Entra by its header',
      'entra-legacy',
      request('GET', '/Users/x', undefined, { hasAdScimVersion: true }),
    ],
    ['Entra by the op', 'entra-legacy', patched({ op: 'Replace', path: 'active', value: 'False' })],
    [
      'Entra with the flag by dotted keys',
      'entra-flag',
      patched({ op: 'replace', value: { 'name.givenName': 'A' } }),
    ],
    [
      'Entra with the flag by URN keys',
      'entra-flag',
      patched({ op: 'add', value: { [`${ENTERPRISE_USER}:department`]: 'A' } }),
    ],
    [
      'Entra by the null reference',
      'entra-flag',
      patched({ op: 'add', path: 'members', value: [{ $ref: null, value: 'x' }] }),
    ],
    ['Entra by a form-encoded filter', 'entra-legacy', request('GET', '/Users?filter=userName+eq+%22x%22')],
    [
      'Entra by its group schema',
      'entra-legacy',
      posted({
        schemas: [CORE_GROUP, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'],
      }),
    ],
    [
      'Okta by the id inside a value',
      'okta',
      patched({ op: 'replace', value: { id: 'x', displayName: 'A' } }),
    ],
    ['OneLogin by a lone &', 'onelogin', request('GET', '/Users?filter=userName+eq+%22x%22&')],
    ['OneLogin by a lone ?', 'onelogin', request('PUT', '/Users/x?', { schemas: [CORE_USER] })],
    ['OneLogin by its URNs', 'onelogin', posted({ schemas: ['urn:scim:schemas:core:2.0'] })],
    ['JumpCloud by its externalId', 'jumpcloud', posted({ externalId: '5f1e2d3c4b5a69788796a5b4' })],
    ['JumpCloud by tel:', 'jumpcloud', posted({ phoneNumbers: [{ value: 'tel:+1-555' }] })],
    ['Google by its look-up', 'google', request('GET', '/Users?filter=userName%20eq%20%22x%22&startIndex=1')],
    ['Ping by Eq', 'ping', request('GET', '/Users?filter=username%20Eq%20%22x%22')],
    ['Ping by its probe', 'ping', request('GET', '/Users/0')],
    [
      'authentik by the type of its address',
      'authentik',
      posted({ emails: [{ value: 'a@b.c', type: 'other', primary: true }] }),
    ],
    [
      'authentik by schemas inside a value',
      'authentik',
      patched({ op: 'replace', value: { schemas: [CORE_GROUP], displayName: 'A' } }),
    ],
    ['Keycloak by a relative location', 'keycloak', posted({ meta: { location: 'Users/x' } })],
    ['Keycloak by a relative reference', 'keycloak', posted({ members: [{ value: 'x', $ref: 'Users/x' }] })],
    [
      'nobody in a plain request',
      'other',
      posted({ userName: 'a', active: true, emails: [{ value: 'a@b.c', type: 'work' }] }),
    ],
    ['nobody in a plain PATCH', 'other', patched({ op: 'replace', path: 'active', value: false })],
    ['nobody in a body that is no object', 'other', request('POST', '/Users', 'x')],
  ])('%s', (_title, dialect, spoken) => expect(dialectOf(spoken)).toBe(dialect));
});

interface TapeRequest {
  method: string;
  path: string;
  query?: Record<string, string>;
  queryEncoding?: 'plus';
  rawQuery?: string;
  headers?: Record<string, string>;
  body?: unknown;
}

interface Tape {
  steps: { request: TapeRequest }[];
}

/** The address as the client of the tape writes it. */
function urlOf({ path, query, queryEncoding, rawQuery }: TapeRequest): string {
  const encode = (text: string) => {
    const encoded = encodeURIComponent(text);
    return queryEncoding === 'plus' ? encoded.replaceAll('%20', '+') : encoded;
  };
  if (rawQuery !== undefined) return `${path}?${rawQuery}`;
  const pairs = Object.entries(query ?? {}).map(([name, value]) => `${encode(name)}=${encode(value)}`);
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`;
}

const FOLDER = 'test/scim/tapes';

describe('in the tapes of real providers', () => {
  const spokenBy = (client: string): Set<string> => {
    const files = readdirSync(FOLDER).filter((name) => name.startsWith(`${client}-`));
    const tapes = files.map((name) => JSON.parse(readFileSync(`${FOLDER}/${name}`, 'utf8')) as Tape);
    const dialects = tapes.flatMap(({ steps }) =>
      steps.map(({ request: sent }) => {
        const { method, headers = {}, body } = sent;
        const names = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
        const spoken = { userAgent: names.get('user-agent'), hasAdScimVersion: names.has('adscimversion') };
        return dialectOf(request(method, urlOf(sent), body, spoken));
      }),
    );
    return new Set(dialects.filter((dialect) => dialect !== 'other'));
  };

  it.each([
    ['entra', ['entra-flag', 'entra-legacy']],
    ['okta', ['okta']],
    ['onelogin', ['onelogin']],
    ['jumpcloud', ['jumpcloud']],
    ['google', ['google']],
    ['keycloak', ['keycloak']],
    ['authentik', ['authentik']],
    ['ping', ['ping']],
    ['rippling', []],
    ['sailpoint', []],
  ])('%s is taken for nobody else', (client, dialects) =>
    expect([...spokenBy(client)].sort()).toEqual(dialects),
  );
});

describe('normalisationsOf names', () => {
  it.each<[string, unknown, string[]]>([
    ['nothing in a plain body', { schemas: [CORE_USER], active: true, userName: 'a' }, []],
    ['booleans in strings', { schemas: [CORE_USER], active: 'True' }, ['boolean-as-string: active']],
    [
      'booleans in strings, nested',
      { emails: [{ Primary: 'True' }] },
      ['name-letter-case: emails.Primary', 'boolean-as-string: emails.Primary'],
    ],
    ['an address that is no list', { emails: { value: 'a@b.c' } }, ['emails-as-object: emails']],
    ['addresses as text', { emails: ['a@b.c'] }, ['emails-as-text: emails']],
    ['addresses that are not kept', { emails: [{ value: 'a' }, { value: 'b' }] }, ['one-email-kept: emails']],
    [
      'the extension first',
      { schemas: [ENTERPRISE_USER, CORE_USER] },
      [`extension-first: ${ENTERPRISE_USER}`],
    ],
    [
      'the extension not listed',
      { schemas: [CORE_USER], externalId: 'x', [ENTERPRISE_USER]: { department: 'x' } },
      [`extension-unlisted: ${ENTERPRISE_USER}`],
    ],
    [
      'an unknown schema',
      { schemas: ['urn:scim:schemas:core:2.0'] },
      ['unknown-schema: urn:scim:schemas:core:2.0'],
    ],
    [
      'the number that stands in',
      { schemas: [CORE_USER, ENTERPRISE_USER], userName: 'a', [ENTERPRISE_USER]: { employeeNumber: '7' } },
      ['employeeNumber-as-externalId: externalId'],
    ],
    ['the case of an op', patch({ op: 'Replace', path: 'title', value: 'x' }), ['op-letter-case: Replace']],
    [
      'a boolean in a pathless value',
      patch({ op: 'replace', value: { active: 'False' } }),
      ['boolean-as-string: active'],
    ],
    [
      'a manager that is text',
      patch({ op: 'add', path: `${ENTERPRISE_USER}:manager`, value: 'x' }),
      [`reference-as-text: ${ENTERPRISE_USER}:manager`],
    ],
  ])('%s', (_title, body, expected) => expect(normalisationsOf(body)).toEqual(expected));
});

it('ignoredIn names what nobody kept, and not what is echoed or empty', () => {
  const body = {
    schemas: [CORE_USER],
    id: 'x',
    meta: {},
    groups: [],
    userName: 'a',
    USERNAME: 'a',
    displayName: 'A',
    photos: [],
    locale: null,
    name: { givenName: 'A', formatted: 'A' },
    [ENTERPRISE_USER]: { employeeNumber: '7', department: 'x', manager: '' },
    'urn:custom': { a: 1 },
  };
  const paths = ['displayName', 'name.formatted', `${ENTERPRISE_USER}:department`, 'urn:custom'];
  expect(ignoredIn(body, STANDARD_USER)).toEqual(paths);
});
