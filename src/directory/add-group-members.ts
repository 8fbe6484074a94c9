import { command } from '../kernel/operation.js';
import { type ChangedMembers, changeGroupMembers, GroupMembersInput } from './change-group-members.js';

/**
 * Adds people to an ordinary group; managed people can be in it too (B32). Adding a member again changes nothing, somebody
 * deactivated is counted as failed. Open to the admins of the group (B33), for people of their groups. SCIM_MANAGED for a
 * group a connection manages (B32), NOT_FOUND for an unknown group or person.
 */
export const addGroupMembers = command({
  permission: ['group:write', 'administered-group:write'],
  input: GroupMembersInput,
  audit: (_input, { group, change }: ChangedMembers) =>
    change && { action: 'group.membersAdded', target: group.id, details: { ...change } },
  run: (tx, { groupId, userIds }) => changeGroupMembers(tx, groupId, { add: userIds, remove: [] }),
});
