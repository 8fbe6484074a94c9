import type { ScimProfile } from './profile.js';
import { RFC_GROUP } from './rfc-group-attributes.js';
import { RFC_USER } from './rfc-user-attributes.js';

/** For clients and test suites that assume a plain server of RFC 7643 and RFC 7644. */
export const RFC: ScimProfile = {
  name: 'rfc',
  resources: { User: RFC_USER, Group: RFC_GROUP },
  filters: 'all',
  deviations: [
    'DELETE of a user deactivates the person and keeps the history; the same userName coming back is the same person.',
    'The owner of the organization cannot be deactivated or deleted.',
    'displayName of a group is unique in the organization.',
    'Groups do not nest: a group among the members is left out.',
    'The path of a PATCH selects members by id, as members[value eq "..."], joined with "or".',
  ],
  keeps: 'everything',
  requires: [],
  identifiesBy: 'userName',
  patch: { unknownPath: 'refused', readOnlyPath: 'refused', unmatchedReplace: 'refused' },
  patchGroup: {
    answers: 200,
    add: ['members', 'externalId', 'displayName'],
    remove: ['members', 'externalId'],
    replaceWithoutPath: ['members', 'externalId', 'displayName'],
  },
  putWithoutMembers: 'cleared',
  foreignSchemas: 'refused',
  unknownMember: 'INVALID_INPUT',
};
