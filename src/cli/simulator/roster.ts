import type { Company, Group, Person, PersonChange } from './people.js';

/** A person the server knows: what was pushed, under which id. */
export interface PushedPerson {
  readonly person: Person;
  readonly id: string;
}

export interface PushedGroup {
  readonly group: Group;
  readonly id: string;
}

interface MemberDelta {
  readonly added: Set<number>;
  readonly removed: Set<number>;
}

/**
 * What the provider believes to be true on the server: the starting company plus every change the server has
 * accepted. Holds one id per person and group, and otherwise only what differs from the start.
 */
export class Roster {
  readonly #personIds: (string | undefined)[] = [];
  readonly #groupIds: (string | undefined)[] = [];
  readonly #changes = new Map<number, PersonChange>();
  readonly #groupNames = new Map<number, string>();
  readonly #memberChanges = new Map<number, MemberDelta>();
  readonly #inactive = new Set<number>();

  /** Counts are not negative; `membersPerGroup` above `users` means everybody. */
  constructor(
    readonly company: Company,
    readonly users: number,
    readonly groups: number,
    readonly membersPerGroup: number,
    readonly keepsInactiveMembers: boolean,
  ) {}

  person(index: number): Person {
    return { ...this.company.person(index), ...this.#changes.get(index) };
  }

  group(index: number): Group {
    const displayName = this.#groupNames.get(index);
    const group = this.company.group(index);
    return displayName === undefined ? group : { ...group, displayName };
  }

  isActive(index: number): boolean {
    return !this.#inactive.has(index);
  }

  personId(index: number): string | undefined {
    return this.#personIds[index];
  }

  /** Undefined when the server never took this person. */
  pushedPerson(index: number): PushedPerson | undefined {
    const id = this.#personIds[index];
    return id === undefined ? undefined : { person: this.person(index), id };
  }

  pushedGroup(index: number): PushedGroup | undefined {
    const id = this.#groupIds[index];
    return id === undefined ? undefined : { group: this.group(index), id };
  }

  *pushedPeople(): Generator<PushedPerson> {
    for (let index = 0; index < this.users; index += 1) {
      const pushed = this.pushedPerson(index);
      if (pushed !== undefined) yield pushed;
    }
  }

  *pushedGroups(): Generator<PushedGroup> {
    for (let index = 0; index < this.groups; index += 1) {
      const pushed = this.pushedGroup(index);
      if (pushed !== undefined) yield pushed;
    }
  }

  /** Who should be in the group now: pushed people only, without those who were deactivated (rule B19). */
  members(group: number): number[] {
    const change = this.#memberChanges.get(group);
    const members: number[] = [];
    const belongs = (person: number): boolean =>
      this.#personIds[person] !== undefined && (this.keepsInactiveMembers || this.isActive(person));
    for (const person of this.company.startingMembers(group, this.users, this.membersPerGroup)) {
      if (change?.removed.has(person) !== true && belongs(person)) members.push(person);
    }
    for (const person of change?.added ?? []) if (belongs(person)) members.push(person);
    return members;
  }

  accepted(index: number, id: string): void {
    this.#personIds[index] = id;
  }

  acceptedGroup(index: number, id: string): void {
    this.#groupIds[index] = id;
  }

  changed(index: number, change: PersonChange): void {
    this.#changes.set(index, { ...this.#changes.get(index), ...change });
  }

  renamedGroup(index: number, displayName: string): void {
    this.#groupNames.set(index, displayName);
  }

  setActive(index: number, active: boolean): void {
    if (active) this.#inactive.delete(index);
    else this.#inactive.add(index);
  }

  /** `add` holds people who are not in the group, `remove` people who are; each person is moved at most once. */
  moved(group: number, add: readonly number[], remove: readonly number[]): void {
    const change = this.#memberChanges.get(group) ?? { added: new Set(), removed: new Set() };
    for (const person of add) change.added.add(person);
    for (const person of remove) change.removed.add(person);
    this.#memberChanges.set(group, change);
  }
}
