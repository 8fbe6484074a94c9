import type { PersonChange } from './people.js';
import type { Roster } from './roster.js';

/** What happens to one group in the round of changes; people are named by their number. */
export interface GroupRound {
  readonly group: number;
  readonly add: readonly number[];
  readonly remove: readonly number[];
  readonly displayName: string | null;
}

/** Shares of all people; at least one person each when there are any. */
const RENAMED = 0.05;
const PROMOTED = 0.05;
const READDRESSED = 0.03;
const LEAVING = 0.02;
/** Share of a group's members that move to its neighbour. */
const MOVED = 0.05;
const GROUPS_RENAMED = 0.1;

/** `share` of the numbers below `total`, evenly spread and shifted so that different kinds of change seldom meet. */
function* spread(total: number, share: number, shift: number): Generator<number> {
  if (total === 0) return;
  const count = Math.max(1, Math.round(total * share));
  for (let nth = 0; nth < count; nth += 1) yield (Math.floor((nth * total) / count) + shift) % total;
}

/** New names, titles and addresses, at most one change a person. */
export function personChanges(roster: Roster): Map<number, PersonChange> {
  const { company, users } = roster;
  const changes = new Map<number, PersonChange>();
  const note = (person: number, change: PersonChange): void => {
    changes.set(person, { ...changes.get(person), ...change });
  };
  for (const index of spread(users, RENAMED, 3)) note(index, company.renamed(company.person(index)));
  for (const index of spread(users, PROMOTED, 7)) note(index, company.promoted(company.person(index)));
  for (const index of spread(users, READDRESSED, 11)) note(index, company.readdressed(company.person(index)));
  return changes;
}

/** Neighbouring groups exchange some members, a group without a neighbour loses some, and some get a new name. */
export function* groupRounds(roster: Roster): Generator<GroupRound> {
  const renamed = new Set(spread(roster.groups, GROUPS_RENAMED, 1));
  const nameFor = (group: number): string | null =>
    renamed.has(group) ? `${roster.company.group(group).displayName} (neu, 新)` : null;
  for (let group = 0; group < roster.groups; group += 2) {
    const neighbour = group + 1;
    const here = roster.members(group);
    if (neighbour >= roster.groups) {
      yield { group, add: [], remove: someOf(here, new Set()), displayName: nameFor(group) };
      return;
    }
    const there = roster.members(neighbour);
    const leaving = someOf(here, new Set(there));
    const coming = someOf(there, new Set(here));
    yield { group, add: coming, remove: leaving, displayName: nameFor(group) };
    yield { group: neighbour, add: leaving, remove: coming, displayName: nameFor(neighbour) };
  }
}

/** Who leaves the company; nobody when there is but one person. */
export function leavers(roster: Roster): Iterable<number> {
  return roster.users < 2 ? [] : spread(roster.users, LEAVING, 1);
}

function someOf(members: readonly number[], excluded: ReadonlySet<number>): number[] {
  const count = Math.max(1, Math.round(members.length * MOVED));
  return members.filter((person) => !excluded.has(person)).slice(0, count);
}
