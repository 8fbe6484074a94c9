import type { Answer, Resource } from './client.js';
import type { Group, Person, PersonChange } from './people.js';
import type { PushedGroup, PushedPerson } from './roster.js';
import { Refused } from './statistics.js';

export const CORE_USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const CORE_GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE_USER = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** What the server made of a pushed object. */
export interface Pushed {
  readonly id: string;
  /** False when the look-up found it there already and it was linked. */
  readonly created: boolean;
}

/** One request that puts people into a group. */
export interface MemberWrite {
  readonly members: number;
  send(): Promise<void>;
}

/** The conversations of one identity provider. Every method rejects with Refused when the server's answer stops it. */
export interface Dialect {
  readonly name: string;
  /** Page size of `listTarget`. */
  readonly pageSize: number;
  /** Whether the enterprise `employeeNumber` is sent. */
  readonly sendsEmployeeNumber: boolean;
  externalId(person: Person): string;
  groupExternalId(group: Group): string | null;
  testConnection(): Promise<void>;
  /** What is sent at the start of every synchronisation before any object. */
  beginCycle(): Promise<void>;
  pushPerson(person: Person): Promise<Pushed>;
  updatePerson(before: PushedPerson, change: PersonChange): Promise<void>;
  deactivate(person: PushedPerson): Promise<void>;
  reactivate(person: PushedPerson): Promise<void>;
  pushGroup(group: Group): Promise<Pushed>;
  /** The requests that fill a new group; they may overlap. */
  fill(group: PushedGroup, members: readonly PushedPerson[]): MemberWrite[];
  changeMembers(
    group: PushedGroup,
    add: readonly PushedPerson[],
    remove: readonly PushedPerson[],
  ): Promise<void>;
  /** Absent when the provider never renames a group. */
  renameGroup?(group: PushedGroup, displayName: string): Promise<void>;
  listTarget(resource: 'Users' | 'Groups', startIndex: number): string;
}

export interface Operation {
  readonly op: string;
  readonly path?: string;
  readonly value?: unknown;
}

/** A PATCH body (RFC 7644 section 3.5.2). */
export const patch = (operations: readonly Operation[]): unknown => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: operations,
});

/** A filter value; quotes and backslashes are escaped as in JSON (RFC 7644 section 3.4.2.2). */
export const quoted = (value: string): string => JSON.stringify(value);

/** Form encoding: a space is `+`, a plus sign `%2B`, an apostrophe `%27`. */
export const plusEncoded = (text: string): string =>
  encodeURIComponent(text).replaceAll('%20', '+').replaceAll("'", '%27');

/** The full name as `name.formatted` carries it. */
export const formatted = (person: Pick<Person, 'givenName' | 'familyName'>): string =>
  `${person.givenName} ${person.familyName}`;

export interface Page {
  readonly totalResults: number;
  readonly resources: readonly Resource[];
}

/** Reads a ListResponse as strictly as the providers do: numbers must be numbers and `Resources` must be there. */
export function page(answer: Answer, request: string): Page {
  const { totalResults, Resources } = answer.body;
  if (typeof totalResults !== 'number') {
    throw new Refused(request, answer.status, 'the ListResponse has no totalResults that is a number');
  }
  if (!Array.isArray(Resources)) {
    throw new Refused(request, answer.status, 'the ListResponse has no Resources; [] is expected for none');
  }
  return { totalResults, resources: Resources as readonly Resource[] };
}

/** The id of a resource; an answer without one counts as failed, as it does for every provider. */
export function idOf(resource: Resource | undefined, request: string): string {
  const id = resource?.id;
  if (typeof id === 'string' && id !== '') return id;
  throw new Refused(request, 200, 'the answer holds no resource with an id');
}

/** Pieces of at most `size`. */
export function* batches<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
