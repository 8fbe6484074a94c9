import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { newUser, patch, pushGroup, pushUser } from '../../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../../support/product.js';
import { CORE, GROUP, oktaUser } from './bodies.js';
import { QUIRKS } from './quirks.js';

let product: TestProduct;
let acme: TestOrganization;
let rfc: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
  [acme, rfc] = [await product.organization(), await product.organization({ profile: 'rfc' })];
});
afterAll(() => product.close());

const membersOf = async (group: string): Promise<string[]> =>
  (await acme.scim('GET', `/Groups/${group}`)).body.members.map((one: { value: string }) => one.value);
const status = async (...request: Parameters<TestOrganization['scim']>): Promise<number> =>
  (await acme.scim(...request)).status;
const off = patch({ op: 'replace', path: 'active', value: false });

describe('each numbered quirk', () => {
  const titles = readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.test.ts'))
    .flatMap((file) => [
      ...readFileSync(path.join(import.meta.dirname, file), 'utf8').matchAll(
        /\b(?:it|describe)(?:\.each\([\s\S]*?\))?\(\s*['"]([^'"\n]+)/g,
      ),
    ])
    .map(([, title = '']) => title);

  it.each(
    Object.entries(QUIRKS).flatMap(([provider, list]) => list.map((number) => `${provider} ${number}`)),
  )('%s has a test', (name) => {
    expect(titles.filter((title) => title.split(':')[0]?.split(', ').includes(name))).not.toEqual([]);
  });
});

describe('Okta', () => {
  it('Okta 2.19: nobody is deleted, and whoever was unassigned is read as inactive', async () => {
    const { id } = (await acme.scim('POST', '/Users', oktaUser('unassigned'))).body;
    await acme.scim('PATCH', `/Users/${id}`, patch({ op: 'replace', value: { active: false } }));
    const answer = await acme.scim('GET', `/Users/${id}`);
    expect([answer.status, answer.body.active]).toEqual([200, false]);
  });

  it('Okta 2.20: a group is unlinked by DELETE, and its people stay', async () => {
    const id = await pushUser(acme);
    const group = await pushGroup(acme, undefined, [id]);
    expect(await status('DELETE', `/Groups/${group}`)).toBe(204);
    expect((await acme.scim('GET', `/Users/${id}`)).body.groups).toEqual([]);
  });

  it('Okta 2.21: a group that is there already is imported, then renamed and filled', async () => {
    const [id, group] = [await pushUser(acme), await pushGroup(acme, 'There before')];
    const found = await acme.scim('GET', '/Groups?startIndex=1&count=100');
    expect(found.body.Resources.map((one: { id: string }) => one.id)).toContain(group);
    const rename = { op: 'replace', value: { id: group, displayName: 'Linked' } };
    expect(await status('PATCH', `/Groups/${group}`, patch(rename))).toBe(204);
    const fill = { op: 'replace', path: 'members', value: [{ value: id, display: 'x' }] };
    expect(await status('PATCH', `/Groups/${group}`, patch(fill))).toBe(204);
    expect(await membersOf(group)).toEqual([id]);
  });

  it('Okta 2.22: a look for entitlements finds resource types and schemas, and /Roles is a SCIM 404', async () => {
    for (const url of ['/ResourceTypes', '/Schemas']) {
      expect((await acme.scim('GET', url)).body.totalResults).toBeGreaterThan(1);
    }
    const answer = await acme.scim('GET', '/Roles');
    expect([answer.status, answer.body.status, answer.body.schemas]).toEqual([
      404,
      '404',
      ['urn:ietf:params:scim:api:messages:2.0:Error'],
    ]);
  });
});

describe('OneLogin', () => {
  it('OneLogin 3.8: the action Delete deprovisions, and can be repeated without harm', async () => {
    const id = await pushUser(acme);
    expect([await status('DELETE', `/Users/${id}`), await status('DELETE', `/Users/${id}`)]).toEqual([
      204, 404,
    ]);
  });

  it('OneLogin 3.9: a group is created by its name alone, without a User-Agent', async () => {
    const body = { schemas: ['urn:scim:schemas:core:2.0'], displayName: 'Rule' };
    const answer = await acme.scim('POST', '/Groups', body, { 'user-agent': '' });
    expect([answer.status, answer.body.displayName, answer.body.members]).toEqual([201, 'Rule', []]);
  });
});

describe('JumpCloud', () => {
  const minimal = (name: string, id: string) => ({
    active: true,
    emails: null,
    id,
    name: { familyName: 'Ek', givenName: 'Jo' },
    schemas: [CORE],
    userName: `${name}@people.example`,
  });

  it('JumpCloud 4.5: a minimal PUT has no address: B8 refuses it in words, an rfc connection takes it', async () => {
    const refused = await acme.scim('PUT', `/Users/${await pushUser(acme, 'jo')}`, minimal('jo', 'x'));
    expect(refused.status).toBe(400);
    expect(refused.body.detail).toContain("'emails'");
    const { id } = (await rfc.scim('POST', '/Users', newUser('jo'))).body;
    expect((await rfc.scim('PUT', `/Users/${id}`, minimal('jo', id))).status).toBe(200);
  });

  it('JumpCloud 4.6: a suspension is a PUT with active false', async () => {
    const id = await pushUser(acme, 'suspended');
    const answer = await acme.scim('PUT', `/Users/${id}`, newUser('suspended', { id, active: false }));
    expect([answer.status, answer.body.active]).toEqual([200, false]);
  });
});

it('Google 5.3: somebody is suspended by PATCH or PUT, or deleted', async () => {
  const [one, two, three] = [await pushUser(acme), await pushUser(acme, 'goo'), await pushUser(acme)];
  expect(await status('PATCH', `/Users/${one}`, off)).toBe(200);
  expect(await status('PUT', `/Users/${two}`, newUser('goo', { active: false }))).toBe(200);
  expect(await status('DELETE', `/Users/${three}`)).toBe(204);
});

describe('PingOne and PingFederate', () => {
  it('Ping 6.3: memberships are merged by add and remove, or overwritten by replace', async () => {
    const people = [await pushUser(acme), await pushUser(acme), await pushUser(acme)];
    const group = await pushGroup(acme, undefined, people.slice(0, 1));
    const value = (...at: number[]) => at.map((place) => ({ value: people[place] }));
    const merge = patch(
      { op: 'add', path: 'members', value: value(1) },
      { op: 'remove', path: 'members', value: value(0) },
    );
    await acme.scim('PATCH', `/Groups/${group}`, merge);
    expect(await membersOf(group)).toEqual([people[1]]);
    await acme.scim('PATCH', `/Groups/${group}`, patch({ op: 'replace', path: 'members', value: value(2) }));
    expect(await membersOf(group)).toEqual([people[2]]);
  });

  it('Ping 6.4: with HTTP Basic somebody is disabled by a PUT, or deleted', async () => {
    const basic = Buffer.from(`${acme.clientId}:${acme.clientSecret}`).toString('base64');
    const headers = { authorization: `Basic ${basic}` };
    const id = await pushUser(acme, 'ping');
    const put = await acme.scim('PUT', `/Users/${id}`, newUser('ping', { active: false }), headers);
    expect([put.status, put.body.active]).toEqual([200, false]);
    expect(await status('DELETE', `/Users/${id}`, undefined, headers)).toBe(204);
  });
});

describe('CyberArk and SailPoint, writing', () => {
  it('CyberArk 7.2: a probe with count=1, then look-up, GET and PUT of somebody', async () => {
    const id = await pushUser(acme, 'cyber');
    expect((await acme.scim('GET', '/Users?count=1')).body.itemsPerPage).toBe(1);
    const found = await acme.scim('GET', '/Users?filter=userName%20eq%20%22cyber%40people.example%22');
    expect(found.body.Resources).toMatchObject([{ id }]);
    expect(await status('GET', `/Users/${id}`)).toBe(200);
    expect((await acme.scim('PUT', `/Users/${id}`, newUser('cyber', { title: 'Boss' }))).body.title).toBe(
      'Boss',
    );
  });

  it('CyberArk 7.3: groups are listed, read, created and patched', async () => {
    const group = await pushGroup(acme, 'Vault');
    expect([await status('GET', '/Groups'), await status('GET', `/Groups/${group}`)]).toEqual([200, 200]);
    const rename = patch({ op: 'replace', path: 'displayName', value: 'Vault 2' });
    expect(await status('PATCH', `/Groups/${group}`, rename)).toBe(204);
  });

  it('SailPoint 8.3: a change is a PATCH by default, a PUT by choice', async () => {
    const id = await pushUser(acme, 'sail');
    const change = patch({ op: 'replace', path: 'title', value: 'Skipper' });
    expect((await acme.scim('PATCH', `/Users/${id}`, change)).body.title).toBe('Skipper');
    expect((await acme.scim('PUT', `/Users/${id}`, newUser('sail'))).body).not.toHaveProperty('title');
  });
});

describe('Rippling', () => {
  it('Rippling 9.2: probes ServiceProviderConfig, and edits groups by PATCH', async () => {
    expect((await acme.scim('GET', '/ServiceProviderConfig')).body.patch.supported).toBe(true);
    const [id, group] = [await pushUser(acme), await pushGroup(acme)];
    await acme.scim(
      'PATCH',
      `/Groups/${group}`,
      patch({ op: 'add', path: 'members', value: [{ value: id }] }),
    );
    expect(await membersOf(group)).toEqual([id]);
  });

  it('Rippling 9.3: whoever leaves is patched inactive, or deleted', async () => {
    const [one, two] = [await pushUser(acme), await pushUser(acme)];
    expect((await acme.scim('PATCH', `/Users/${one}`, off)).body.active).toBe(false);
    expect(await status('DELETE', `/Users/${two}`)).toBe(204);
  });
});

describe('Keycloak plug-ins', () => {
  it('Keycloak 10.3: a client that takes only 200 for a PATCH has it from an rfc connection', async () => {
    const { id } = (await rfc.scim('POST', '/Users', newUser())).body;
    const group = await pushGroup(rfc, undefined, [id]);
    const title = patch({ op: 'replace', path: 'title', value: 'x' });
    const name = patch({ op: 'replace', path: 'displayName', value: 'only 200' });
    expect((await rfc.scim('PATCH', `/Users/${id}`, title)).status).toBe(200);
    expect((await rfc.scim('PATCH', `/Groups/${group}`, name)).status).toBe(200);
    expect(await status('PATCH', `/Groups/${await pushGroup(acme)}`, name)).toBe(204);
  });

  it('Keycloak 10.4: a creation without a look-up, repeated after an error of the network, makes one person', async () => {
    const answers = [
      await status('POST', '/Users', newUser('kc-io')),
      await status('POST', '/Users', newUser('kc-io')),
    ];
    expect(answers).toEqual([201, 409]);
    const found = await acme.scim('GET', '/Users?filter=externalId%20eq%20%22x-kc-io%22');
    expect(found.body.totalResults).toBe(1);
    expect(await status('DELETE', `/Users/${found.body.Resources[0].id}`)).toBe(204);
  });
});

describe('authentik', () => {
  it('authentik 11.6: a PUT of somebody who is gone is 404, and the creation that follows brings them back', async () => {
    const id = await pushUser(acme, 'aut');
    await acme.scim('DELETE', `/Users/${id}`);
    expect(await status('PUT', `/Users/${id}`, newUser('aut', { id }))).toBe(404);
    const again = await acme.scim('POST', '/Users', newUser('aut'));
    expect([again.status, again.body.id]).toEqual([201, id]);
    expect(await status('PUT', `/Users/${id}`, newUser('aut', { id }))).toBe(200);
  });

  it('authentik 11.7: a member is removed by a list of one, or by a value path', async () => {
    const [one, two] = [await pushUser(acme), await pushUser(acme)];
    const group = await pushGroup(acme, undefined, [one, two]);
    await acme.scim(
      'PATCH',
      `/Groups/${group}`,
      patch({ op: 'remove', path: 'members', value: [{ value: one }] }),
    );
    expect(await membersOf(group)).toEqual([two]);
    await acme.scim('PATCH', `/Groups/${group}`, patch({ op: 'remove', path: `members[value eq "${two}"]` }));
    expect(await membersOf(group)).toEqual([]);
  });

  it('authentik 11.8: a group that exists is 409 and found by its name', async () => {
    const group = await pushGroup(acme, 'authentik Admins');
    const body = { schemas: [GROUP], externalId: 'pk-2', displayName: 'authentik Admins' };
    expect(await status('POST', '/Groups', body)).toBe(409);
    const found = await acme.scim('GET', '/Groups?filter=displayName%20eq%20%22authentik%20Admins%22');
    expect(found.body.Resources).toMatchObject([{ id: group }]);
  });
});
