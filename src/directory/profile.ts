import type { Context } from '../kernel/context.js';
import type { ResourceName, ResourceTable } from './attributes.js';
import { STANDARD_GROUP } from './group-attributes.js';
import { RFC } from './rfc-profile.js';
import { STANDARD_USER } from './user-attributes.js';

/** One comparison a restricted profile answers. */
export interface FilterRule {
  /** As `findAttribute` spells it. */
  readonly path: string;
  /** How it is written, for the person whose filter was refused. */
  readonly example: string;
  /** Allowed only inside `[...]`. */
  readonly bracketsOnly?: true;
}

export interface FilterRules {
  readonly operators: readonly string[];
  readonly connectives: readonly ('and' | 'or' | 'not')[];
  readonly paths: Readonly<Record<ResourceName, readonly FilterRule[]>>;
}

/** Which resources there are, which attributes they have, and which filters are answered. */
export interface FilterProfile {
  readonly name: string;
  readonly resources: Readonly<Record<ResourceName, ResourceTable>>;
  /** `all`: the whole grammar on every attribute (an unknown one is 400). Else what is not listed is 501 (B12). */
  readonly filters: 'all' | FilterRules;
}

/** What a PATCH may do to a group, by the name of the attribute. */
export interface GroupPatchRules {
  /** 204 without a body, or 200 with the resource. */
  readonly answers: 200 | 204;
  /** What an add and a remove may name as their path. */
  readonly add: readonly string[];
  readonly remove: readonly string[];
  /** What a replace without a path changes; the rest of its value is passed over. */
  readonly replaceWithoutPath: readonly string[];
}

/** What becomes of a PATCH path that leads nowhere. What a value without a path mentions is passed over instead. */
export interface PatchRules {
  /** No such attribute: passed over (B9), or 400 `invalidPath`. */
  readonly unknownPath: 'ignored' | 'refused';
  /** An attribute that only the server writes: passed over (B17), or 400 `mutability`. */
  readonly readOnlyPath: 'ignored' | 'refused';
  /** A replace whose value filter selects nothing: makes that element (B22), or 400 `noTarget`. */
  readonly unmatchedReplace: 'created' | 'refused';
}

/** What a SCIM connection promises its identity provider. */
export interface ScimProfile extends FilterProfile {
  /** Where the product's rules differ from the RFCs; ServiceProviderConfig says so in these sentences. */
  readonly deviations: readonly string[];
  /** Which attributes of a person are read and kept: those of B8, or all of the table. */
  readonly keeps: 'B8' | 'everything';
  /** What everyone must have beside a userName. */
  readonly requires: readonly ('email' | 'externalId')[];
  /** Whether e-mail and externalId each belong to one person, and find that person again (B15, B16). */
  readonly identifiesBy: 'userName' | 'userName, email and externalId';
  readonly patch: PatchRules;
  readonly patchGroup: GroupPatchRules;
  /** A PUT of a group without `members`: speaks of the details only, or empties it (RFC 7644 section 3.5.1). */
  readonly putWithoutMembers: 'kept' | 'cleared';
  /** A resource that names only schemas of something else: taken for what its path says (B9), or 400 `invalidSyntax`. */
  readonly foreignSchemas: 'ignored' | 'refused';
  /** A member who is nobody here: 404 (B29), or 400 `invalidValue`. */
  readonly unknownMember: 'NOT_FOUND' | 'INVALID_INPUT';
}

/** The rules of B12 and B25 as they stand. */
export const STANDARD: ScimProfile = {
  name: 'standard',
  resources: { User: STANDARD_USER, Group: STANDARD_GROUP },
  filters: {
    operators: ['eq'],
    connectives: ['and'],
    paths: {
      User: [
        { path: 'userName', example: 'userName eq "..."' },
        { path: 'externalId', example: 'externalId eq "..."' },
        { path: 'id', example: 'id eq "..."' },
        { path: 'emails.type', example: 'emails[type eq "work"]', bracketsOnly: true },
        { path: 'emails.value', example: 'emails[type eq "work"].value eq "..."' },
        { path: 'emails', example: 'emails.value eq "..."' },
      ],
      Group: [
        { path: 'displayName', example: 'displayName eq "..."' },
        { path: 'externalId', example: 'externalId eq "..."' },
        { path: 'id', example: 'id eq "..."' },
        { path: 'members.value', example: 'members.value eq "..."' },
        { path: 'members', example: 'members eq "..."' },
      ],
    },
  },
  deviations: [
    'Filters are answered for the listed attributes with "eq" and "and"; any other well-formed filter is 501.',
    'externalId and one work e-mail address are required for every user and unique in the organization.',
    'PATCH of a group answers 204 without a body.',
    'A group member who is nobody in this organization is 404.',
    'Attributes and schemas that are not supported are ignored, never an error.',
    'DELETE of a user deactivates the person and keeps the history.',
  ],
  keeps: 'B8',
  requires: ['email', 'externalId'],
  identifiesBy: 'userName, email and externalId',
  patch: { unknownPath: 'ignored', readOnlyPath: 'ignored', unmatchedReplace: 'created' },
  patchGroup: {
    answers: 204,
    add: ['members', 'externalId'],
    remove: ['members'],
    replaceWithoutPath: ['displayName', 'externalId'],
  },
  putWithoutMembers: 'kept',
  foreignSchemas: 'ignored',
  unknownMember: 'NOT_FOUND',
};

/** The whole filter language on everything the product stores: GraphQL `filter:` (B12). */
export const EVERYTHING: ScimProfile = { ...RFC, name: 'everything', deviations: [] };

/** What is stored with a connection. */
export type ProfileName = 'standard' | 'rfc';

/** The profiles a connection can have. */
export const SCIM_PROFILES: Readonly<Record<ProfileName, ScimProfile>> = { standard: STANDARD, rfc: RFC };

/** The rules a caller meets: those of its connection, or everything for the product itself. */
export function profileOf({ actor }: Pick<Context, 'actor'>): ScimProfile {
  return actor.kind === 'connection' ? SCIM_PROFILES[actor.profile] : EVERYTHING;
}
