import { deprovisionUser } from '../directory/deprovision-user.js';
import { noteLostAnswer } from '../directory/note-lost-answer.js';
import { provisionUser } from '../directory/provision-user.js';
import { updateProvisionedUser } from '../directory/update-provisioned-user.js';
import { type UserWithGroups, user, userIndex } from '../directory/users.queries.js';
import type { Call, ResourceEndpoint, ScimAnswer } from './call.js';
import { parsePatch } from './patch.js';
import { isWanted, project, readProjection } from './projection.js';
import { checkResourceSchemas } from './resource-schemas.js';
import { userReader } from './user-reader.js';
import { toUserResource } from './user-resource.js';

const projectionOf = ({ scim, projection }: Pick<Call, 'scim' | 'projection'>) =>
  readProjection(projection, scim.profile.resources.User);

/** `/Users` (RFC 7644 section 3, B8-B22): each function is the translation of one operation. */
export const usersEndpoint: ResourceEndpoint = {
  path: '/Users',

  async list({ scim }, { filter, sort, page, projection: wanted }) {
    const projection = projectionOf({ scim, projection: wanted });
    const withGroups = isWanted(projection, 'groups');
    const { baseUrl } = scim;
    const { rows, ...found } = await userIndex(scim.context, { filter, sort, page, baseUrl, withGroups });
    const resources = rows.map((row) =>
      project(toUserResource(row.user, row.groups, scim.baseUrl, scim.profile.resources.User), projection),
    );
    return { ...found, rows: resources };
  },

  async create(call, body) {
    const { context, connectionId, profile } = call.scim;
    checkResourceSchemas(profile, 'User', body);
    const attributes = userReader(profile).created(body);
    const { isLost } = call.answer;
    const created = await provisionUser(context, { connectionId, ...attributes, isAnswerLost: isLost });
    // The request has its row of the log already.
    const { keepRecord: _written, ...unwatched } = context;
    call.answer.ifLost(() =>
      noteLostAnswer(unwatched, { connectionId, userId: created.user.id, ...attributes }),
    );
    return shown(201, call, created);
  },

  async read(call, id) {
    const withGroups = isWanted(projectionOf(call), 'groups');
    return shown(200, call, await user(call.scim.context, { id, withGroups }));
  },

  async replace(call, id, body) {
    const { context, connectionId, profile } = call.scim;
    checkResourceSchemas(profile, 'User', body);
    const change = userReader(profile).replaced(body);
    const input = { connectionId, id, expectedVersion: call.expectedVersion, change, whole: true };
    return shown(200, call, await updateProvisionedUser(context, input));
  },

  async modify(call, id, body) {
    const { context, connectionId, profile } = call.scim;
    const operations = parsePatch(body);
    const reader = userReader(profile);
    const change = (current: UserWithGroups['user']) => reader.patched(operations, current, call.ignored);
    const input = { connectionId, id, expectedVersion: call.expectedVersion, change };
    return shown(200, call, await updateProvisionedUser(context, input));
  },

  async remove({ scim, expectedVersion }, id) {
    const { context, connectionId } = scim;
    await deprovisionUser(context, { connectionId, id, expectedVersion });
    return { status: 204 };
  },
};

/** One person as the answer: where, which version, and what was asked for of the resource. */
function shown(status: 200 | 201, call: Call, { user, groups }: UserWithGroups): ScimAnswer {
  const { baseUrl, profile } = call.scim;
  return {
    status,
    location: `${baseUrl}/Users/${user.id}`,
    version: user.version,
    resource: project(toUserResource(user, groups, baseUrl, profile.resources.User), projectionOf(call)),
  };
}
