import { command } from '../kernel/operation.js';
import { type ChangedMembers, changeGroupMembers, GroupMembersInput } from './change-group-members.js';

/**
 * Removes people from an ordinary group. Removing somebody who is not in it changes nothing. Open to the admins of
 * the group (B33). SCIM_MANAGED for a group a connection manages (B32), NOT_FOUND for an unknown group or person.
 */
export const removeGroupMembers = command({
  permission: ['group:write', 'administered-group:write'],
  input: GroupMembersInput,
  audit: (_input, { group, change }: ChangedMembers) =>
    change && { action: 'group.membersRemoved', target: group.id, details: { ...change } },
  run: (tx, { groupId, userIds }) => changeGroupMembers(tx, groupId, { add: [], remove: userIds }),
});
