import fc from 'fast-check';
import type { Model } from './model.js';
import type { Op } from './ops.js';

/** Names that are each other's in some letters only: fullwidth, Kelvin sign, ligature, sharp s, dotted capital I. */
export const NAMES = ['ada', 'ＡＤＡ', 'bob', 'kim', '\u212Aim', 'oﬃce', 'office', 'straße', 'İda'];

/** An id that nobody has. */
const NOBODY = '01900000-0000-7000-8000-000000000000';

/** Ids of another organization, which must be nobody's here. */
export interface Foreign {
  people: string;
  groups: string;
  invitations: string;
}

/** Ids in the order in which they were met. Of every forty choices one is nobody's and one another organization's. */
export class World {
  constructor(
    readonly people: string[],
    readonly groups: string[],
    readonly invitations: string[],
    private readonly ownerEmail: string,
    private readonly foreign?: Foreign,
  ) {}

  at(list: keyof Foreign, index: number): string {
    const { [list]: known } = this;
    if (index === 0) return NOBODY;
    return (index === 1 ? this.foreign?.[list] : undefined) ?? known[index % known.length] ?? NOBODY;
  }

  /** The owner's address now and then: the provider adopts them (B15), and may not lock them out (B18). */
  email(n: number): string {
    return n < 3 ? this.ownerEmail : `${NAMES[n % NAMES.length]}@p.example`;
  }

  note(op: Op, id: string | undefined): void {
    const list = /Group$/.test(op.kind)
      ? this.groups
      : op.kind === 'inviteUser'
        ? this.invitations
        : this.people;
    if (id !== undefined && !list.includes(id)) list.push(id);
  }
}

/** An operation whose ids are numbers yet: which of the people, groups or invitations there are when it is sent. */
export type Draft = (world: World, model: Model) => Op;

/** Printed by what was sent, not as the source of a function. */
export const quiet = (draft: Draft): Draft => Object.assign(draft, { [fc.toStringMethod]: () => 'draft' });
