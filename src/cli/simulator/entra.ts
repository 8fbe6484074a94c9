import type { Client, WireHabits } from './client.js';
import {
  batches,
  CORE_GROUP,
  CORE_USER,
  type Dialect,
  ENTERPRISE_USER,
  formatted,
  idOf,
  type MemberWrite,
  type Operation,
  type Page,
  type Pushed,
  page,
  patch,
  plusEncoded,
  quoted,
} from './dialect.js';
import type { Company, Group, Person, PersonChange } from './people.js';
import type { PushedGroup, PushedPerson } from './roster.js';

/** How Entra ID talks HTTP. */
export const ENTRA_HABITS: WireHabits = {
  headers: { Accept: 'application/scim+json', ADSCIMVersion: '5.0' },
  contentType: 'application/scim+json; charset=utf-8',
  keepAlive: true,
  timeoutMs: 60_000,
  // Sources disagree on whether a missing Retry-After is waited for; a short doubling wait stands for the next cycle.
  throttledAttempts: 10,
  waitWithoutRetryAfterMs: 1000,
};

/** `both`: a tenant with the flag sends its own shape in cycles and the legacy one on demand. */
export type EntraShape = 'legacy' | 'aadOptscim062020' | 'both';

const ADSCIM_GROUP = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group';
const MEMBERS_PER_PATCH = 100;
/** Every tenth group is filled one member a request, overlapping, as busy tenants are seen to do. */
const ONE_BY_ONE_EVERY = 10;

const PATHS: Readonly<Record<keyof PersonChange, string>> = {
  userName: 'userName',
  email: 'emails[type eq "work"].value',
  givenName: 'name.givenName',
  familyName: 'name.familyName',
  title: 'title',
};

const membersOf = (people: readonly PushedPerson[], legacy: boolean): unknown =>
  people.map(({ id }) => (legacy ? { $ref: null, value: id } : { value: id }));

/** Microsoft Entra ID: matches before it creates, and speaks one or both of its PATCH shapes. */
export class Entra implements Dialect {
  readonly name: string;
  readonly pageSize = 500;
  readonly sendsEmployeeNumber = true;
  #probes = 0;

  constructor(
    private readonly client: Client,
    private readonly company: Company,
    private readonly shape: EntraShape,
  ) {
    this.name = `entra (${shape === 'both' ? 'legacy and aadOptscim062020' : shape})`;
  }

  externalId(person: Person): string {
    return `E${person.employeeNumber}`;
  }

  groupExternalId(group: Group): string {
    return group.guid;
  }

  listTarget(resource: 'Users' | 'Groups', startIndex: number): string {
    const members = resource === 'Groups' ? 'excludedAttributes=members&' : '';
    return `/${resource}?${members}startIndex=${startIndex}&count=${this.pageSize}`;
  }

  /** A look-up of a random GUID: anything but 200 and an empty list fails the test. */
  async testConnection(): Promise<void> {
    await this.beginCycle();
  }

  async beginCycle(): Promise<void> {
    this.#probes += 1;
    const nobody = this.company.guid(`probe ${this.#probes}`);
    await this.#find('Users', `userName eq ${quoted(nobody)}`);
    await this.#find('Groups', `displayName eq ${quoted(nobody)}`);
  }

  async pushPerson(person: Person): Promise<Pushed> {
    const found =
      (await this.#find('Users', `userName eq ${quoted(person.userName)}`)).resources[0] ??
      (await this.#find('Users', `externalId eq ${quoted(this.externalId(person))}`)).resources[0];
    if (found === undefined) {
      const answer = await this.client.call('POST', '/Users', [201], this.#newUser(person));
      return { id: idOf(answer.body, 'POST /Users'), created: true };
    }
    const id = idOf(found, 'GET /Users');
    const { userName, email, givenName, familyName, title } = person;
    const all = { userName, email, givenName, familyName, title };
    await this.#patchUser({ person, id }, [
      ...this.#activation(person.index, true),
      ...this.#profile(person, all),
    ]);
    return { id, created: false };
  }

  async updatePerson(before: PushedPerson, change: PersonChange): Promise<void> {
    await this.#patchUser(before, this.#profile(before.person, change));
  }

  async deactivate(person: PushedPerson): Promise<void> {
    await this.#patchUser(person, this.#activation(person.person.index, false));
  }

  async reactivate(person: PushedPerson): Promise<void> {
    await this.#patchUser(person, this.#activation(person.person.index, true));
  }

  async pushGroup(group: Group): Promise<Pushed> {
    const found =
      (await this.#find('Groups', `displayName eq ${quoted(group.displayName)}`)).resources[0] ??
      (await this.#find('Groups', `externalId eq ${quoted(group.guid)}`)).resources[0];
    if (found !== undefined) {
      const id = idOf(found, 'GET /Groups');
      if (found.displayName !== group.displayName) await this.renameGroup({ group, id }, group.displayName);
      return { id, created: false };
    }
    const answer = await this.client.call('POST', '/Groups', [201], {
      schemas: [CORE_GROUP, ADSCIM_GROUP],
      externalId: group.guid,
      displayName: group.displayName,
      meta: { resourceType: 'Group' },
    });
    const id = idOf(answer.body, 'POST /Groups');
    await this.client.call('GET', `/Groups/${encodeURIComponent(id)}?excludedAttributes=members`, [200]);
    return { id, created: true };
  }

  fill(group: PushedGroup, members: readonly PushedPerson[]): MemberWrite[] {
    const oneByOne = group.group.index % ONE_BY_ONE_EVERY === ONE_BY_ONE_EVERY - 1;
    return [...batches(members, oneByOne ? 1 : MEMBERS_PER_PATCH)].map((batch) => ({
      members: batch.length,
      send: () => this.#patchGroup(group, [this.#add(group, batch)]),
    }));
  }

  /** Asks first who is in already; the legacy shape then adds and removes in two requests. */
  async changeMembers(
    group: PushedGroup,
    add: readonly PushedPerson[],
    remove: readonly PushedPerson[],
  ): Promise<void> {
    const probed = add[0] ?? remove[0];
    if (probed !== undefined) {
      const filter = plusEncoded(`id eq ${quoted(group.id)} and members eq ${quoted(probed.id)}`);
      page(
        await this.client.call('GET', `/Groups?filter=${filter}`, [200]),
        'GET /Groups (membership probe)',
      );
    }
    const adding = add.length === 0 ? [] : [this.#add(group, add)];
    if (this.#isLegacy(group.group.index)) {
      if (adding.length > 0) await this.#patchGroup(group, adding);
      if (remove.length > 0) {
        await this.#patchGroup(group, [{ op: 'Remove', path: 'members', value: membersOf(remove, true) }]);
      }
      return;
    }
    const removing = remove.map(({ id }) => ({ op: 'remove', path: `members[value eq ${quoted(id)}]` }));
    await this.#patchGroup(group, [...adding, ...removing]);
  }

  async renameGroup(group: PushedGroup, displayName: string): Promise<void> {
    const operation: Operation = this.#isLegacy(group.group.index)
      ? { op: 'Replace', path: 'displayName', value: displayName }
      : { op: 'replace', value: { displayName } };
    await this.#patchGroup(group, [operation]);
  }

  /** With both shapes, even objects are sent in the legacy one. */
  #isLegacy(index: number): boolean {
    return this.shape === 'both' ? index % 2 === 0 : this.shape === 'legacy';
  }

  #add(group: PushedGroup, members: readonly PushedPerson[]): Operation {
    const legacy = this.#isLegacy(group.group.index);
    return { op: legacy ? 'Add' : 'add', path: 'members', value: membersOf(members, legacy) };
  }

  #activation(index: number, active: boolean): Operation[] {
    if (this.#isLegacy(index)) {
      return [{ op: active ? 'Add' : 'Replace', path: 'active', value: active ? 'True' : 'False' }];
    }
    return active
      ? [{ op: 'replace', value: { active } }]
      : [{ op: 'replace', path: 'active', value: active }];
  }

  #profile(before: Person, change: PersonChange): Operation[] {
    const after = { ...before, ...change };
    const renamed = 'givenName' in change || 'familyName' in change;
    const legacy = this.#isLegacy(before.index);
    const operations: Operation[] = [];
    const pathless: Record<string, unknown> = {};
    for (const [key, path] of Object.entries(PATHS)) {
      if (!(key in change)) continue;
      const value = change[key as keyof PersonChange];
      if (value === null) operations.push({ op: legacy ? 'Remove' : 'remove', path });
      else if (legacy)
        operations.push({ op: key === 'title' && before.title === null ? 'Add' : 'Replace', path, value });
      else if (key === 'email') operations.push({ op: 'replace', path, value });
      else pathless[path] = value;
    }
    // Mapped by default in every tenant, so they ride along although many servers do not know them.
    const extra: [string, string][] = [];
    if (renamed) extra.push(['displayName', formatted(after)]);
    if ('title' in change) extra.push([`${ENTERPRISE_USER}:department`, before.department]);
    for (const [path, value] of extra) {
      if (legacy) operations.push({ op: 'Replace', path, value });
      else pathless[path] = value;
    }
    if (Object.keys(pathless).length > 0) operations.push({ op: 'replace', value: pathless });
    return operations;
  }

  async #find(resource: 'Users' | 'Groups', filter: string): Promise<Page> {
    const members = resource === 'Groups' ? 'excludedAttributes=members&' : '';
    const target = `/${resource}?${members}filter=${plusEncoded(filter)}`;
    return page(await this.client.call('GET', target, [200]), `GET ${target}`);
  }

  async #patchUser(person: PushedPerson, operations: readonly Operation[]): Promise<void> {
    await this.client.call('PATCH', `/Users/${encodeURIComponent(person.id)}`, [200, 204], patch(operations));
  }

  async #patchGroup(group: PushedGroup, operations: readonly Operation[]): Promise<void> {
    await this.client.call('PATCH', `/Groups/${encodeURIComponent(group.id)}`, [200, 204], patch(operations));
  }

  #newUser(person: Person): unknown {
    const name = { formatted: formatted(person), familyName: person.familyName, givenName: person.givenName };
    return {
      schemas: [CORE_USER, ENTERPRISE_USER],
      externalId: this.externalId(person),
      userName: person.userName,
      active: this.#isLegacy(person.index) && person.index % 7 === 2 ? 'True' : true,
      displayName: name.formatted,
      emails: [{ primary: true, type: 'work', value: person.email }],
      meta: { resourceType: 'User' },
      name,
      roles: [],
      [ENTERPRISE_USER]: {
        employeeNumber: this.externalId(person),
        department: person.department,
        manager: null,
      },
      ...(person.title === null ? {} : { title: person.title }),
      preferredLanguage: person.locale,
      // Nulls come along now and then (SCIMReferenceCode's collection); a server must read past them.
      ...(person.index % 5 === 1 ? { addresses: null, phoneNumbers: [{ type: 'mobile', value: null }] } : {}),
    };
  }
}
