import type { Client, Resource, WireHabits } from './client.js';
import {
  CORE_GROUP,
  CORE_USER,
  type Dialect,
  ENTERPRISE_USER,
  formatted,
  idOf,
  type MemberWrite,
  type Operation,
  type Pushed,
  page,
  patch,
  plusEncoded,
  quoted,
} from './dialect.js';
import type { Company, Group, Person, PersonChange } from './people.js';
import type { PushedGroup, PushedPerson } from './roster.js';

/** How OneLogin talks HTTP. */
export const ONELOGIN_HABITS: WireHabits = {
  headers: { 'User-Agent': '', Accept: '*/*' },
  contentType: 'application/scim+json',
  keepAlive: true,
  timeoutMs: 60_000,
  // Nothing is documented: it is given the same patience as the others.
  throttledAttempts: 10,
  waitWithoutRetryAfterMs: 1000,
};

/** Not the URNs of RFC 7643, and sent with every PUT all the same. */
const OLD_URNS = ['urn:scim:schemas:core:2.0', 'urn:scim:schemas:extension:enterprise:2.0'];

/**
 * OneLogin: an editable template as the body, one member per group PATCH, queries that end in `&` or are a lone `?`.
 * It never renames a group: rules only pick one by name.
 */
export class OneLogin implements Dialect {
  readonly name = 'onelogin';
  readonly pageSize = 100;
  readonly sendsEmployeeNumber = false;

  constructor(
    private readonly client: Client,
    private readonly company: Company,
  ) {}

  externalId(person: Person): string {
    return person.employeeNumber;
  }

  groupExternalId(): null {
    return null;
  }

  listTarget(resource: 'Users' | 'Groups', startIndex: number): string {
    return `/${resource}?startIndex=${startIndex}&count=${this.pageSize}&`;
  }

  async testConnection(): Promise<void> {
    await this.#find('Users', `userName eq ${quoted(`nobody@${this.company.domain}`)}`);
    await this.beginCycle();
  }

  /** "Refresh entitlements": all groups, to be offered in rules. */
  async beginCycle(): Promise<void> {
    page(await this.client.call('GET', '/Groups?', [200]), 'GET /Groups?');
  }

  async pushPerson(person: Person): Promise<Pushed> {
    const found = await this.#find('Users', `userName eq ${quoted(person.userName)}`);
    if (found === undefined) {
      const answer = await this.client.call('POST', '/Users', [201], {
        schemas: [CORE_USER, ENTERPRISE_USER],
        ...this.#template(null, person, 'true'),
      });
      return { id: idOf(answer.body, 'POST /Users'), created: true };
    }
    const id = idOf(found, 'GET /Users');
    await this.#put({ person, id }, 'true');
    return { id, created: false };
  }

  async updatePerson(before: PushedPerson, change: PersonChange): Promise<void> {
    await this.#put({ id: before.id, person: { ...before.person, ...change } }, 'true');
  }

  /** "Suspend": a PUT of the whole person, inactive. */
  async deactivate(person: PushedPerson): Promise<void> {
    await this.#put(person, false);
  }

  async reactivate(person: PushedPerson): Promise<void> {
    await this.#put(person, 'true');
  }

  async pushGroup(group: Group): Promise<Pushed> {
    const found = await this.#find('Groups', `displayName eq ${quoted(group.displayName)}`);
    if (found !== undefined) return { id: idOf(found, 'GET /Groups'), created: false };
    const answer = await this.client.call('POST', '/Groups', [201], {
      schemas: [CORE_GROUP],
      displayName: group.displayName,
    });
    return { id: idOf(answer.body, 'POST /Groups'), created: true };
  }

  /** A rule is evaluated per person, so each membership is a request of its own. */
  fill(group: PushedGroup, members: readonly PushedPerson[]): MemberWrite[] {
    return members.map((member) => ({ members: 1, send: () => this.#add(group, member) }));
  }

  async changeMembers(
    group: PushedGroup,
    add: readonly PushedPerson[],
    remove: readonly PushedPerson[],
  ): Promise<void> {
    for (const member of add) await this.#add(group, member);
    for (const { id } of remove) {
      await this.#patchGroup(group, { op: 'remove', path: `members[value eq ${quoted(id)}]` });
    }
  }

  async #add(group: PushedGroup, member: PushedPerson): Promise<void> {
    await this.#patchGroup(group, { op: 'add', path: 'members', value: [{ value: member.id }] });
  }

  async #patchGroup(group: PushedGroup, operation: Operation): Promise<void> {
    const target = `/Groups/${encodeURIComponent(group.id)}?`;
    await this.client.call('PATCH', target, [200, 204], patch([operation]));
  }

  async #put(person: PushedPerson, active: 'true' | false): Promise<void> {
    await this.client.call('PUT', `/Users/${encodeURIComponent(person.id)}?`, [200], {
      schemas: OLD_URNS,
      ...this.#template(person.id, person.person, active),
    });
  }

  /** A 404 counts as "nobody". */
  async #find(resource: 'Users' | 'Groups', filter: string): Promise<Resource | undefined> {
    const target = `/${resource}?filter=${plusEncoded(filter)}&`;
    const answer = await this.client.call('GET', target, [200, 404]);
    return answer.status === 404 ? undefined : page(answer, `GET ${target}`).resources[0];
  }

  /** `active` is the template's text `{$user.active}` unless the person is suspended. */
  #template(id: string | null, person: Person, active: 'true' | false): Resource {
    return {
      id,
      userName: person.userName,
      externalId: this.externalId(person),
      name: { givenName: person.givenName, familyName: person.familyName, formatted: formatted(person) },
      displayName: formatted(person),
      emails: [{ value: person.email, type: 'work', primary: true }],
      phoneNumbers: [{ value: '', type: 'work' }],
      active,
      ...(person.title === null ? {} : { title: person.title }),
    };
  }
}
