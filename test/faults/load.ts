import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type Reply } from './client.js';
import type { History } from './history.js';
import { Operations } from './operations.js';
import type { FaultOrganization } from './organizations.js';
import { newPerson, type Person } from './people.js';
import type { Random } from './random.js';

export interface LoadOptions {
  targets: () => readonly string[];
  organizations: readonly FaultOrganization[];
  history: History;
  random: Random;
  writers: number;
  readers: number;
  /** How many people a writer looks after before it makes another one only now and then. */
  peoplePerWriter: number;
  /** Milliseconds between two operations of one client. */
  pauseMs: number;
  /** And of one that reads; the same without it. */
  readPauseMs?: number;
}

/** After no answer at all: a client that asks again at once would only count refusals. */
const UNREACHABLE_PAUSE_MS = 25;

/** Clients that write and read, each asking for its next thing when it has its answer, until they are stopped. */
export class Load {
  readonly people: Person[] = [];
  private readonly client: Client;
  private readonly operations: Operations;
  private readonly tasks: Promise<void>[] = [];
  private running = true;

  constructor(private readonly options: LoadOptions) {
    const { targets, writers, readers, history } = options;
    this.client = new Client(targets, writers + readers, (rule, what) => history.violated(rule, what));
    this.operations = new Operations(this.client, history);
  }

  start(): void {
    const { writers, readers, random } = this.options;
    for (let i = 0; i < writers; i += 1) this.tasks.push(this.write(i, random.fork(i)));
    for (let i = 0; i < readers; i += 1) this.tasks.push(this.read(random.fork(1_000 + i)));
  }

  /** No operation begins any more; resolves when those under way are answered. */
  async stop(): Promise<void> {
    this.running = false;
    await Promise.all(this.tasks);
    await this.client.close();
  }

  private async write(number: number, random: Random): Promise<void> {
    const { organizations, peoplePerWriter, pauseMs, history } = this.options;
    const organization = organizations[number % organizations.length] as FaultOrganization;
    const mine: Person[] = [];
    while (this.running) {
      const wantsMore = mine.length < peoplePerWriter ? random.next() < 0.5 : random.next() < 0.01;
      if (mine.length === 0 || wantsMore) {
        const group = random.pick(organization.groups);
        const person = newPerson(organization, `${history.name}-w${number}-${mine.length}`, group);
        mine.push(person);
        this.people.push(person);
      }
      const reply = await this.step(random.pick(mine), random);
      if (reply.status === 0) await sleep(UNREACHABLE_PAUSE_MS);
      else if (reply.status === 503 || reply.status === 429) await sleep(random.between(20, 120));
      else if (pauseMs > 0) await sleep(pauseMs);
    }
  }

  private async step(person: Person, random: Random): Promise<Reply> {
    if (person.id === undefined) return this.operations.create(person);
    // Whether somebody is active decides what else may be asked of them, so that is cleared up first.
    if (!person.active.isCertain()) return this.operations.setActive(person, true);
    const choice = random.next();
    if (!person.active.certain)
      return choice < 0.6 ? this.operations.setActive(person, true) : this.operations.mark(person);
    if (choice < 0.5) return this.operations.mark(person);
    if (choice < 0.74) return this.operations.setMember(person, !person.member.certain);
    if (choice < 0.8) return this.operations.setActive(person, false);
    if (choice < 0.88) return this.operations.setLicense(person, !person.license.certain);
    if (choice < 0.93) return this.operations.findByName(person);
    if (choice < 0.98) return this.operations.lookAtMembership(person);
    return this.operations.trySomeoneElsesDoor(person);
  }

  private async read(random: Random): Promise<void> {
    const { pauseMs, readPauseMs = pauseMs } = this.options;
    while (this.running) {
      const known = this.people.filter(({ id }) => id !== undefined);
      if (known.length === 0) {
        await sleep(50);
        continue;
      }
      const person = random.pick(known);
      const reply = await this.operations.get(person);
      await sleep(reply.outcome === 'ok' ? readPauseMs : UNREACHABLE_PAUSE_MS);
    }
  }
}
