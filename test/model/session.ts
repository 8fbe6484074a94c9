import { isDeepStrictEqual } from 'node:util';
import type { AsyncCommand } from 'fast-check';
import type { TestOrganization, TestProduct } from '../support/product.js';
import { Client } from './doors.js';
import { brokenInvariants, type Dump, dumpOf, dumpOfModel, NONE_BROKEN } from './dump.js';
import type { Said } from './graphql-door.js';
import { Model } from './model.js';
import type { Op, Outcome } from './ops.js';
import { type Draft, type Foreign, World } from './world.js';

const ada = { givenName: 'Ada', title: 'Clerk', employeeNumber: null, active: true };

const made =
  (name: string, externalId: (world: World) => string): Draft =>
  (world) => ({
    kind: 'provisionUser',
    door: 'scim',
    attributes: { ...ada, userName: name, email: `${name}@p.example`, externalId: externalId(world) },
  });

/**
 * Somebody to do something with. Two people of the provider, one of them known there by what is the owner's id here
 * (abuse 6), and both in a group of theirs; a group that was made here, with somebody on the way into it; one that was
 * made here before the provider took it over, with somebody in it whom it does not manage (B26, B29); a session, an
 * invitation, and one whose time is over.
 */
const PRELUDE: readonly Draft[] = [
  made('ada', () => 'x-0'),
  made('bob', ({ people }) => people[0] ?? ''),
  ({ people }) => ({
    kind: 'provisionGroup',
    door: 'scim',
    displayName: 'Team bob',
    externalId: 'g-2',
    members: people.slice(1),
  }),
  () => ({ kind: 'createGroup', displayName: 'Team kim' }),
  () => ({ kind: 'createGroup', displayName: 'Team office' }),
  ({ people, groups }) => ({ kind: 'addGroupMembers', id: groups[2] ?? '', ids: people.slice(0, 1) }),
  () => ({ kind: 'settle' }),
  ({ people, groups }) => ({ kind: 'addGroupMembers', id: groups[1] ?? '', ids: people.slice(1, 2) }),
  () => ({
    kind: 'provisionGroup',
    door: 'scim',
    displayName: 'Team office',
    externalId: 'g-6',
    members: [],
  }),
  ({ people }) => ({ kind: 'signIn', id: people[1] ?? '' }),
  ({ groups }) => ({ kind: 'inviteUser', email: 'kim@p.example', role: 'admin', groups: groups.slice(1, 2) }),
  () => ({ kind: 'inviteUser', email: 'office@p.example', role: 'user', groups: [] }),
  ({ invitations }) => ({ kind: 'invitationIsOver', id: invitations[1] ?? '' }),
];

/** One organization with the model of it, from its first moment. */
export class Session {
  readonly client: Client;
  readonly model: Model;
  readonly world: World;

  private constructor(
    private readonly product: TestProduct,
    readonly organization: TestOrganization,
    foreign: Foreign | undefined,
    /** Rows that making the organization wrote into the audit log. */
    private readonly auditsBefore: number,
  ) {
    this.client = new Client(product, organization);
    const ownerEmail = `owner@${organization.slug}.example`;
    this.model = new Model(organization.ownerId, ownerEmail);
    this.world = new World([organization.ownerId], [], [], ownerEmail, foreign);
  }

  static async begin(product: TestProduct, foreign?: Foreign): Promise<Session> {
    const organization = await product.organization();
    const { counts } = await dumpOf(product, organization.id);
    const session = new Session(product, organization, foreign, (counts as { audits: number }).audits);
    for (const op of PRELUDE) await session.step(op);
    return session;
  }

  /** Sends it, notes what it made, and compares the answer with the model's. */
  async step(draft: Draft): Promise<Op> {
    const op = draft(this.world, this.model);
    const said = await this.client.send(op);
    const expected = this.model.apply(op, said.id);
    if (said.code === 'ok') this.world.note(op, said.id);
    const difference = differenceOf(expected, said);
    if (difference) throw new Error(`${JSON.stringify(op)}\n${difference}`);
    return op;
  }

  dump = async (): Promise<Dump> => {
    const dump = await dumpOf(this.product, this.organization.id);
    const counts = dump.counts as { audits: number };
    return { ...dump, counts: { ...counts, audits: counts.audits - this.auditsBefore } };
  };

  /** The tables are what the model says, and no invariant is broken. */
  async compare(): Promise<void> {
    expect(await this.dump()).toEqual(dumpOfModel(this.model));
    expect(await brokenInvariants(this.product, this.organization.id)).toEqual(NONE_BROKEN);
  }
}

/** What an answer says otherwise than the model; undefined when it says the same as far as it says anything. */
export function differenceOf(expected: Outcome, { code, view = {} }: Said): string | undefined {
  if (expected.code !== code)
    return `the model says ${expected.code}, the answer ${code} ${JSON.stringify(view)}`;
  if (code !== 'ok') return undefined;
  const wrong = Object.keys(view).filter(
    (name) => !isDeepStrictEqual(sorted(view[name]), sorted(expected.view?.[name])),
  );
  const shown = wrong.map(
    (name) => `${name}: model ${JSON.stringify(expected.view?.[name])}, answer ${JSON.stringify(view[name])}`,
  );
  return wrong.length === 0 ? undefined : shown.join('\n');
}

const sorted = (value: unknown): unknown => (Array.isArray(value) ? value.toSorted() : value);

/** A draft as a command of fast-check, which prints what it became. */
export class Command implements AsyncCommand<object, Session> {
  private sent: Op | undefined;

  constructor(private readonly draft: Draft) {}

  check = (): boolean => true;

  async run(_model: object, session: Session): Promise<void> {
    this.sent = this.draft(session.world, session.model);
    await session.step(() => this.sent as Op);
    await session.compare();
  }

  toString(): string {
    return JSON.stringify(this.sent ?? 'not sent');
  }
}
