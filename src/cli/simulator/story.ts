import { groupRounds, leavers, personChanges } from './changes.js';
import type { Dialect } from './dialect.js';
import { GaveUp, type PhaseRunner, type Task } from './phases.js';
import type { PushedGroup, PushedPerson, Roster } from './roster.js';

/** What the server accepted. */
export interface Tally {
  peopleCreated: number;
  peopleLinked: number;
  peopleChanged: number;
  groupsCreated: number;
  groupsLinked: number;
  groupsRenamed: number;
  /** Memberships added and answered with success, those of later rounds included. */
  added: number;
  removed: number;
  deactivated: number;
  reactivated: number;
}

/** The life of a connection, phase by phase. The roster follows what the server accepted. */
export class Story {
  readonly tally: Tally = {
    peopleCreated: 0,
    peopleLinked: 0,
    peopleChanged: 0,
    groupsCreated: 0,
    groupsLinked: 0,
    groupsRenamed: 0,
    added: 0,
    removed: 0,
    deactivated: 0,
    reactivated: 0,
  };

  constructor(
    private readonly roster: Roster,
    private readonly dialect: Dialect,
    private readonly runner: PhaseRunner,
  ) {}

  /** Rejects with GaveUp when the connection test fails or a phase is broken off. */
  async tell(reactivate: boolean): Promise<void> {
    const { roster, runner } = this;
    await this.#must('connection test', () => this.dialect.testConnection());
    await runner.run('people', roster.users, this.#people());
    await runner.run('groups', roster.groups, this.#groups());
    let memberships = 0;
    for (const { group } of roster.pushedGroups()) memberships += roster.members(group.index).length;
    await runner.run('memberships', memberships, this.#memberships());
    await this.#must('next cycle', () => this.dialect.beginCycle());
    const changes = [...this.#changes()];
    await runner.run('changes', changes.length, changes);
    const leaving = [...leavers(roster)].flatMap((index) => roster.pushedPerson(index) ?? []);
    await runner.run(
      'deactivations',
      leaving.length,
      leaving.map((person) => this.#deactivation(person)),
    );
    const returning = reactivate ? leaving.find(({ person }) => !roster.isActive(person.index)) : undefined;
    if (returning !== undefined) await runner.run('reactivation', 1, [this.#reactivation(returning)]);
  }

  /** Nothing makes sense after a failure of this one. */
  async #must(phase: string, run: () => Promise<void>): Promise<void> {
    const failed = this.runner.failed;
    await this.runner.run(phase, 1, [{ units: 1, about: phase, run }]);
    if (this.runner.failed > failed) throw new GaveUp(`the ${phase} failed`);
  }

  *#people(): Generator<Task> {
    for (let index = 0; index < this.roster.users; index += 1) {
      const person = this.roster.person(index);
      yield {
        units: 1,
        about: person.userName,
        run: async () => {
          const { id, created } = await this.dialect.pushPerson(person);
          this.roster.accepted(index, id);
          this.tally[created ? 'peopleCreated' : 'peopleLinked'] += 1;
        },
      };
    }
  }

  *#groups(): Generator<Task> {
    for (let index = 0; index < this.roster.groups; index += 1) {
      const group = this.roster.group(index);
      yield {
        units: 1,
        about: group.displayName,
        run: async () => {
          const { id, created } = await this.dialect.pushGroup(group);
          this.roster.acceptedGroup(index, id);
          this.tally[created ? 'groupsCreated' : 'groupsLinked'] += 1;
        },
      };
    }
  }

  *#memberships(): Generator<Task> {
    for (const pushed of this.roster.pushedGroups()) {
      const members = this.#pushed(this.roster.members(pushed.group.index));
      for (const write of this.dialect.fill(pushed, members)) {
        yield {
          units: write.members,
          about: `members of ${pushed.group.displayName}`,
          run: async () => {
            await write.send();
            this.tally.added += write.members;
          },
        };
      }
    }
  }

  *#changes(): Generator<Task> {
    for (const [index, change] of personChanges(this.roster)) {
      const before = this.roster.pushedPerson(index);
      if (before === undefined) continue;
      yield {
        units: 1,
        about: before.person.userName,
        run: async () => {
          await this.dialect.updatePerson(before, change);
          this.roster.changed(index, change);
          this.tally.peopleChanged += 1;
        },
      };
    }
    for (const { group, add, remove, displayName } of groupRounds(this.roster)) {
      const pushed = this.roster.pushedGroup(group);
      if (pushed === undefined) continue;
      yield {
        units: 1,
        about: pushed.group.displayName,
        run: async () => {
          const renamed = await this.#rename(pushed, displayName);
          await this.#move(renamed, add, remove);
        },
      };
    }
  }

  async #rename(pushed: PushedGroup, displayName: string | null): Promise<PushedGroup> {
    if (displayName === null || this.dialect.renameGroup === undefined) return pushed;
    await this.dialect.renameGroup(pushed, displayName);
    this.roster.renamedGroup(pushed.group.index, displayName);
    this.tally.groupsRenamed += 1;
    return { id: pushed.id, group: { ...pushed.group, displayName } };
  }

  async #move(group: PushedGroup, add: readonly number[], remove: readonly number[]): Promise<void> {
    if (add.length + remove.length === 0) return;
    await this.dialect.changeMembers(group, this.#pushed(add), this.#pushed(remove));
    this.roster.moved(group.group.index, add, remove);
    this.tally.added += add.length;
    this.tally.removed += remove.length;
  }

  #deactivation(person: PushedPerson): Task {
    return {
      units: 1,
      about: person.person.userName,
      run: async () => {
        await this.dialect.deactivate(person);
        this.roster.setActive(person.person.index, false);
        this.tally.deactivated += 1;
      },
    };
  }

  /** The server does not restore groups (rule B19); the provider's next push puts the person back into each. */
  #reactivation(person: PushedPerson): Task {
    const { index, userName } = person.person;
    return {
      units: 1,
      about: userName,
      run: async () => {
        await this.dialect.reactivate(person);
        this.roster.setActive(index, true);
        this.tally.reactivated = 1;
        for (const group of this.roster.pushedGroups()) {
          if (!this.roster.members(group.group.index).includes(index)) continue;
          await this.dialect.changeMembers(group, [person], []);
          this.tally.added += 1;
        }
      },
    };
  }

  #pushed(people: readonly number[]): PushedPerson[] {
    return people.flatMap((index) => this.roster.pushedPerson(index) ?? []);
  }
}
