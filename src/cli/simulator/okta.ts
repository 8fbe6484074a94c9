import type { Client, Resource, WireHabits } from './client.js';
import {
  CORE_GROUP,
  CORE_USER,
  type Dialect,
  formatted,
  idOf,
  type MemberWrite,
  type Operation,
  type Pushed,
  page,
  patch,
  quoted,
} from './dialect.js';
import type { Company, Group, Person, PersonChange } from './people.js';
import type { PushedGroup, PushedPerson } from './roster.js';

/** How Okta talks HTTP. */
export const OKTA_HABITS: WireHabits = {
  headers: {
    'User-Agent': 'Okta SCIM Client 1.0.0',
    Accept: 'application/scim+json',
    'Accept-Charset': 'utf-8',
    'Accept-Encoding': 'gzip,deflate',
    Connection: 'close',
  },
  contentType: 'application/scim+json; charset=utf-8',
  keepAlive: false,
  timeoutMs: 60_000,
  throttledAttempts: 10,
  // Okta waits five minutes when Retry-After is missing, then twice as long each time; here one second stands for them.
  waitWithoutRetryAfterMs: 1000,
};

const displayed = (members: readonly PushedPerson[]): unknown =>
  members.map(({ id, person }) => ({ value: id, display: person.userName }));

/** Okta as an OIN app: profile by GET and PUT, activation by a pathless PATCH, group push by PATCH. */
export class Okta implements Dialect {
  readonly name = 'okta';
  readonly pageSize = 100;
  readonly sendsEmployeeNumber = false;

  constructor(
    private readonly client: Client,
    private readonly company: Company,
  ) {}

  /** Twenty characters beginning with 00u, as Okta's own ids. */
  externalId(person: Person): string {
    const tail = this.company.guid(`okta ${person.index}`).replaceAll('-', '');
    return `00u${tail.slice(0, 17)}`;
  }

  groupExternalId(): null {
    return null;
  }

  listTarget(resource: 'Users' | 'Groups', startIndex: number): string {
    return `/${resource}?startIndex=${startIndex}&count=${this.pageSize}`;
  }

  /** "Test API credentials" with group push on. */
  async testConnection(): Promise<void> {
    await this.#list('/Users?startIndex=1&count=2');
    await this.#list('/Groups?startIndex=1&count=100');
  }

  /** "Refresh App Groups": the first page of what is there. */
  async beginCycle(): Promise<void> {
    await this.#list(this.listTarget('Groups', 1));
  }

  async pushPerson(person: Person): Promise<Pushed> {
    const found = await this.#find('Users', `userName eq ${quoted(person.userName)}`);
    if (found === undefined) {
      const answer = await this.client.call('POST', '/Users', [201], this.#newUser(person));
      return { id: idOf(answer.body, 'POST /Users'), created: true };
    }
    const pushed = { person, id: idOf(found, 'GET /Users') };
    if (found.active === false) await this.reactivate(pushed);
    const { userName, email, givenName, familyName, title } = person;
    await this.updatePerson(pushed, { userName, email, givenName, familyName, title });
    return { id: pushed.id, created: false };
  }

  /** Reads the server's own representation and puts it back with the changes merged in, ids and meta included. */
  async updatePerson(before: PushedPerson, change: PersonChange): Promise<void> {
    const target = `/Users/${encodeURIComponent(before.id)}`;
    const server = (await this.client.call('GET', target, [200])).body;
    const after = { ...before.person, ...change };
    const merged: Record<string, unknown> = {
      ...server,
      name: { givenName: after.givenName, familyName: after.familyName },
      userName: after.userName,
      emails: [{ primary: true, value: after.email, type: 'work' }],
      displayName: formatted(after),
      nickName: after.givenName,
    };
    if (after.title === null) delete merged.title;
    else merged.title = after.title;
    await this.client.call('PUT', target, [200], merged);
  }

  async deactivate(person: PushedPerson): Promise<void> {
    await this.#patchUser(person, { active: false });
  }

  /** An assignment after an unassignment: looked up again, then switched on. */
  async reactivate(person: PushedPerson): Promise<void> {
    await this.#find('Users', `userName eq ${quoted(person.person.userName)}`);
    await this.#patchUser(person, { active: true });
  }

  async pushGroup(group: Group): Promise<Pushed> {
    const found = await this.#find('Groups', `displayName eq ${quoted(group.displayName)}`);
    if (found !== undefined) return { id: idOf(found, 'GET /Groups'), created: false };
    const answer = await this.client.call('POST', '/Groups', [201], {
      schemas: [CORE_GROUP],
      displayName: group.displayName,
      members: [],
    });
    return { id: idOf(answer.body, 'POST /Groups'), created: true };
  }

  /** "Push now": one replace of all members, also when there are none. */
  fill(group: PushedGroup, members: readonly PushedPerson[]): MemberWrite[] {
    const operation = { op: 'replace', path: 'members', value: displayed(members) };
    return [{ members: members.length, send: () => this.#patchGroup(group, [operation]) }];
  }

  /** The rename precedes every membership update, changed or not; then one PATCH removes and adds. */
  async changeMembers(
    group: PushedGroup,
    add: readonly PushedPerson[],
    remove: readonly PushedPerson[],
  ): Promise<void> {
    await this.renameGroup(group, group.group.displayName);
    const operations: Operation[] = remove.map(({ id }) => ({
      op: 'remove',
      path: `members[value eq ${quoted(id)}]`,
    }));
    if (add.length > 0) operations.push({ op: 'add', path: 'members', value: displayed(add) });
    await this.#patchGroup(group, operations);
  }

  async renameGroup(group: PushedGroup, displayName: string): Promise<void> {
    await this.#patchGroup(group, [{ op: 'replace', value: { id: group.id, displayName } }]);
  }

  async #list(target: string): Promise<readonly Resource[]> {
    return page(await this.client.call('GET', target, [200]), `GET ${target}`).resources;
  }

  /** A 404 counts as "nobody" for Okta. */
  async #find(resource: 'Users' | 'Groups', filter: string): Promise<Resource | undefined> {
    const target = `/${resource}?filter=${encodeURIComponent(filter)}&startIndex=1&count=100`;
    const answer = await this.client.call('GET', target, [200, 404]);
    return answer.status === 404 ? undefined : page(answer, `GET ${target}`).resources[0];
  }

  async #patchUser(person: PushedPerson, value: Resource): Promise<void> {
    const target = `/Users/${encodeURIComponent(person.id)}`;
    await this.client.call('PATCH', target, [200, 204], patch([{ op: 'replace', value }]));
  }

  async #patchGroup(group: PushedGroup, operations: readonly Operation[]): Promise<void> {
    await this.client.call('PATCH', `/Groups/${encodeURIComponent(group.id)}`, [200, 204], patch(operations));
  }

  #newUser(person: Person): unknown {
    return {
      schemas: [CORE_USER],
      userName: person.userName,
      name: { givenName: person.givenName, familyName: person.familyName },
      emails: [{ primary: true, value: person.email, type: 'work' }],
      displayName: formatted(person),
      locale: person.locale,
      externalId: this.externalId(person),
      groups: [],
      password: `Tr0ub4dor&3-${this.company.guid(`password ${person.index}`).slice(0, 13)}`,
      active: true,
      ...(person.title === null ? {} : { title: person.title }),
    };
  }
}
