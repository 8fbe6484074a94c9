import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, Resource } from './client.js';
import { type Dialect, ENTERPRISE_USER, page } from './dialect.js';
import type { ProgressListener } from './phases.js';
import { eachOf } from './pool.js';
import type { PushedGroup, PushedPerson, Roster } from './roster.js';

/** One thing that is not as it was pushed. */
export interface Mismatch {
  readonly over: 'SCIM' | 'GraphQL';
  /** `person renee@...` or `group ...`, and the attribute. */
  readonly what: string;
  readonly expected: string;
  readonly found: string;
}

const LISTED = 10;

/** Counts every difference and keeps the first ten. */
export class Mismatches {
  readonly first: Mismatch[] = [];
  count = 0;

  add(over: Mismatch['over'], what: string, expected: unknown, found: unknown): void {
    this.count += 1;
    if (this.first.length < LISTED)
      this.first.push({ over, what, expected: shown(expected), found: shown(found) });
  }
}

const shown = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? 'nothing' : JSON.stringify(value);

export interface ScimCheck {
  /** How many were found there and compared. */
  readonly people: number;
  readonly groups: number;
  /** Memberships that are there and should be. */
  readonly memberships: number;
  readonly seconds: number;
}

export interface ScimCheckOptions {
  readonly client: Client;
  readonly dialect: Dialect;
  readonly roster: Roster;
  readonly mismatches: Mismatches;
  readonly concurrency: number;
  /** How long groups are read again while their members differ, for servers that apply them late. */
  readonly deadlineMs: number;
  readonly progress: ProgressListener;
}

const REREAD_EVERY_MS = 250;

/** Lists all people and groups and reads every group, and compares each attribute and each set of members. */
export async function verifyScim(options: ScimCheckOptions): Promise<ScimCheck> {
  const started = performance.now();
  const check = new ScimVerification(options, started);
  const people = await check.people();
  const groups = await check.groups();
  check.tell(true);
  return { people, ...groups, seconds: (performance.now() - started) / 1000 };
}

class ScimVerification {
  readonly #indexById = new Map<string, number>();
  #done = 0;

  constructor(
    private readonly options: ScimCheckOptions,
    private readonly started: number,
  ) {
    for (const { person, id } of options.roster.pushedPeople()) this.#indexById.set(id, person.index);
  }

  tell(finished: boolean): void {
    const { roster, mismatches, progress } = this.options;
    const seconds = (performance.now() - this.started) / 1000;
    const total = roster.users + roster.groups;
    progress({ phase: 'check SCIM', done: this.#done, total, failed: mismatches.count, seconds, finished });
  }

  async people(): Promise<number> {
    const { roster, mismatches } = this.options;
    const seen = new Set<number>();
    for await (const resource of this.#list('Users')) {
      const index = this.#indexById.get(String(resource.id));
      const pushed = index === undefined ? undefined : roster.pushedPerson(index);
      if (index === undefined || pushed === undefined) continue;
      if (seen.has(index))
        mismatches.add('SCIM', `person ${pushed.person.userName}`, 'listed once', 'listed twice');
      seen.add(index);
      this.#comparePerson(pushed, resource);
      this.#done += 1;
    }
    for (const { person, id } of roster.pushedPeople()) {
      if (!seen.has(person.index)) {
        mismatches.add(
          'SCIM',
          `person ${person.userName}`,
          `listed with id ${id}`,
          'not in the list of Users',
        );
      }
    }
    return seen.size;
  }

  async groups(): Promise<{ groups: number; memberships: number }> {
    const { roster, mismatches, dialect, concurrency, deadlineMs } = this.options;
    const byId = new Map<string, PushedGroup>();
    for (const pushed of roster.pushedGroups()) byId.set(pushed.id, pushed);
    const listed = new Set<PushedGroup>();
    for await (const resource of this.#list('Groups')) {
      const pushed = byId.get(String(resource.id));
      if (pushed === undefined) continue;
      listed.add(pushed);
      const what = `group ${pushed.group.displayName}`;
      this.#same(`${what} displayName`, pushed.group.displayName, resource.displayName);
      const externalId = dialect.groupExternalId(pushed.group);
      if (externalId !== null) this.#same(`${what} externalId`, externalId, resource.externalId);
    }
    for (const pushed of byId.values()) {
      if (!listed.has(pushed)) {
        mismatches.add(
          'SCIM',
          `group ${pushed.group.displayName}`,
          `listed with id ${pushed.id}`,
          'not in the list',
        );
      }
    }
    let memberships = 0;
    const deadline = performance.now() + deadlineMs;
    await eachOf(listed, concurrency, async (pushed) => {
      const there = await this.#compareMembers(pushed, deadline);
      memberships += there;
      this.#done += 1;
      this.tell(false);
    });
    return { groups: listed.size, memberships };
  }

  /** Reads page after page until as many came as `totalResults` says, or an empty page. */
  async *#list(resource: 'Users' | 'Groups'): AsyncGenerator<Resource> {
    const { client, dialect } = this.options;
    for (let startIndex = 1, total = 1; startIndex <= total; ) {
      const target = dialect.listTarget(resource, startIndex);
      const { totalResults, resources } = page(await client.read(target), `GET ${target}`);
      yield* resources;
      this.tell(false);
      if (resources.length === 0) return;
      startIndex += resources.length;
      total = totalResults;
    }
  }

  #comparePerson({ person }: PushedPerson, found: Resource): void {
    const { dialect, roster } = this.options;
    const what = `person ${person.userName}`;
    const externalId = dialect.externalId(person);
    const name = field(found, 'name');
    this.#same(`${what} userName`, person.userName, found.userName);
    this.#same(`${what} active`, roster.isActive(person.index), found.active);
    this.#same(`${what} externalId`, externalId, found.externalId);
    this.#same(`${what} name.givenName`, person.givenName, field(name, 'givenName'));
    this.#same(`${what} name.familyName`, person.familyName, field(name, 'familyName'));
    this.#same(`${what} title`, person.title, found.title ?? null);
    this.#same(`${what} work e-mail`, person.email, workEmail(found));
    if (dialect.sendsEmployeeNumber) {
      this.#same(`${what} employeeNumber`, externalId, field(found[ENTERPRISE_USER], 'employeeNumber'));
    }
  }

  #same(what: string, expected: unknown, found: unknown): void {
    if (expected !== found) this.options.mismatches.add('SCIM', what, expected, found);
  }

  async #compareMembers(pushed: PushedGroup, deadline: number): Promise<number> {
    const { client, roster } = this.options;
    const expected = new Set<string | undefined>(
      roster.members(pushed.group.index).map((person) => roster.personId(person)),
    );
    for (;;) {
      const { body } = await client.read(`/Groups/${encodeURIComponent(pushed.id)}`);
      const members: unknown = body.members ?? [];
      const found = new Set(
        (Array.isArray(members) ? members : []).map((member) => String(field(member, 'value'))),
      );
      const equal = found.size === expected.size && [...found].every((id) => expected.has(id));
      if (equal) return found.size;
      if (performance.now() > deadline) return this.#listMembers(pushed, expected, found);
      await sleep(REREAD_EVERY_MS);
    }
  }

  #listMembers(pushed: PushedGroup, expected: Set<string | undefined>, found: Set<string>): number {
    const { roster, mismatches } = this.options;
    const what = `group ${pushed.group.displayName} members`;
    const named = (id: string): string => {
      const index = this.#indexById.get(id);
      if (index === undefined) return `id ${id}, who was not pushed`;
      return `${roster.person(index).userName}${roster.isActive(index) ? '' : ' (deactivated)'}`;
    };
    let there = 0;
    for (const id of expected) {
      if (id !== undefined && found.has(id)) there += 1;
      else if (id !== undefined) mismatches.add('SCIM', what, named(id), 'not in the group');
    }
    for (const id of found)
      if (!expected.has(id)) mismatches.add('SCIM', what, 'not in the group', named(id));
    return there;
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Resource)[name] : undefined;
}

/** The address of type work, else the primary one, else the only one (rule B8). */
function workEmail(resource: Resource): unknown {
  const emails: readonly unknown[] = Array.isArray(resource.emails) ? resource.emails : [];
  const chosen =
    emails.find((email) => field(email, 'type') === 'work') ??
    emails.find((email) => field(email, 'primary') === true) ??
    emails[0];
  return field(chosen, 'value');
}
