import { deprovisionGroup } from '../directory/deprovision-group.js';
import { type GroupWithFirstMembers, group, groupIndex, groupMembers } from '../directory/groups.queries.js';
import { provisionGroup } from '../directory/provision-group.js';
import { updateProvisionedGroup } from '../directory/update-provisioned-group.js';
import type { Call, ResourceEndpoint, ScimAnswer } from './call.js';
import { foldGroupPatch } from './group-patch.js';
import { groupInputFrom, toGroupResource, toMembers } from './group-resource.js';
import type { JsonObject } from './json-input.js';
import { parsePatch } from './patch.js';
import { isWanted, type Projection, project, readProjection } from './projection.js';
import { checkResourceSchemas } from './resource-schemas.js';

const projectionOf = ({ scim, projection }: Pick<Call, 'scim' | 'projection'>) =>
  readProjection(projection, scim.profile.resources.Group);

/** A group among the members that nothing but its id tells from a person (B29), for the provisioning log. */
const nestedHeard = (call: Call) => ({ nested: (id: string) => call.ignored(`members: the group ${id}`) });

/** `/Groups` (RFC 7644 section 3, B23-B31): each function is the translation of one operation. */
export const groupsEndpoint: ResourceEndpoint = {
  path: '/Groups',

  async list({ scim }, { filter, sort, page, projection: wanted }) {
    const projection = projectionOf({ scim, projection: wanted });
    const withMembers = isWanted(projection, 'members');
    const { baseUrl } = scim;
    const { rows, ...found } = await groupIndex(scim.context, { filter, sort, page, baseUrl, withMembers });
    const resources = rows.map((row) =>
      project(toGroupResource(row.group, row.members, scim.baseUrl), projection),
    );
    return { ...found, rows: resources };
  },

  async create(call, body) {
    const { context, connectionId, profile } = call.scim;
    checkResourceSchemas(profile, 'Group', body);
    return shown(
      201,
      call,
      await provisionGroup(context, { connectionId, ...nestedHeard(call), ...groupInputFrom(body) }),
    );
  },

  async read(call, id) {
    const withMembers = isWanted(projectionOf(call), 'members');
    return shown(200, call, await group(call.scim.context, { id, withMembers }));
  },

  async replace(call, id, body) {
    const { context, connectionId, profile } = call.scim;
    checkResourceSchemas(profile, 'Group', body);
    const unsaid = profile.putWithoutMembers === 'cleared' ? [] : undefined;
    const { members = unsaid, ...details } = groupInputFrom(body);
    await updateProvisionedGroup(context, {
      connectionId,
      id,
      expectedVersion: call.expectedVersion,
      ...nestedHeard(call),
      ...details,
      // In `standard` a PUT without `members` speaks of the details: guessing "nobody" would empty the group.
      ...(members && { members: { replace: members } }),
    });
    const withMembers = isWanted(projectionOf(call), 'members');
    return shown(200, call, await group(context, { id, withMembers }));
  },

  async modify(call, id, body) {
    const { context, connectionId, profile, baseUrl } = call.scim;
    const change = foldGroupPatch(parsePatch(body), { profile, ignored: call.ignored });
    const { expectedVersion } = call;
    const input = { connectionId, id, expectedVersion, ...nestedHeard(call), ...change };
    const changed = await updateProvisionedGroup(context, input);
    if (profile.patchGroup.answers === 204) {
      return { status: 204, location: `${baseUrl}/Groups/${id}`, version: changed.group.version };
    }
    const withMembers = isWanted(projectionOf(call), 'members');
    return shown(200, call, await group(context, { id, withMembers }));
  },

  async remove({ scim, expectedVersion }, id) {
    const { context, connectionId } = scim;
    await deprovisionGroup(context, { connectionId, id, expectedVersion });
    return { status: 204 };
  },
};

/** One group as the answer: where, which version, and what was asked for of the resource. */
function shown(status: 200 | 201, call: Call, found: GroupWithFirstMembers): ScimAnswer {
  const { baseUrl } = call.scim;
  const { group, members, nextMembersAfter } = found;
  const projection = projectionOf(call);
  return {
    status,
    location: `${baseUrl}/Groups/${group.id}`,
    version: group.version,
    resource: project(toGroupResource(group, members, baseUrl), projection),
    ...(nextMembersAfter !== undefined && {
      rest: { attribute: 'members', batches: furtherMembers(call, group.id, nextMembersAfter, projection) },
    }),
  };
}

/** Page by page, each read when the client has taken the one before: a slow client holds neither memory nor a connection. */
async function* furtherMembers(
  { scim }: Call,
  id: string,
  from: string,
  projection: Projection,
): AsyncGenerator<JsonObject[]> {
  for (let after: string | undefined = from; after !== undefined; ) {
    const page = await groupMembers(scim.context, { id, after });
    const { members = [] } = project({ members: toMembers(page.members, scim.baseUrl) }, projection);
    yield members as JsonObject[];
    after = page.nextMembersAfter;
  }
}
