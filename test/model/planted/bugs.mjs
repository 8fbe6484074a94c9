// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the text of the product, not a template of ours.
// Mistakes somebody could make. Each is a small snippet of the product and what stands there instead; `npm run test:planted`
// puts them, one at a time, into a copy of the tree and expects the named layer to notice. A snippet that is gone from the
// source fails test/model/planted.test.ts: find where the rule lives now and plant the mistake there.

/** @typedef {{ file: string, find: string, replace: string }} Edit */
/** @typedef {{ name: string, layer: 'sequential' | 'concurrent' | 'histories' | 'atomicity' | 'interleaving', edits: Edit[] }} Bug */

const bug = (name, layer, ...edits) => ({
  name,
  layer,
  edits: edits.map(([file, find, replace]) => ({ file, find, replace })),
});

/** @type {readonly Bug[]} */
export const BUGS = [
  bug(
    'the organization is in no filter and no policy',
    'sequential',
    [
      'migrations/0001-roles.ts',
      'using (%I = nullif(current_setting(%L, true), %L)::uuid)',
      'using (%I is not null or %L <> %L)',
    ],
    [
      'src/directory/user-rows.ts',
      'return sql`${inOrganization} and u.connection_id = ${context.actor.id}`;',
      'return sql`u.connection_id is not null`;',
    ],
  ),
  bug('If-Match is ignored', 'sequential', [
    'src/directory/provisioned-user.ts',
    'if (oneOf && !oneOf.includes(version)) {',
    'if (oneOf && !oneOf.includes(version) && version < 0) {',
  ]),
  bug('If-Match is ignored for groups', 'sequential', [
    'src/directory/update-provisioned-group.ts',
    '    requireVersion(current, input.expectedVersion);\n',
    '',
  ]),
  bug('a person is read without a lock before the version is checked', 'histories', [
    'src/directory/provisioned-user.ts',
    'and u.connection_id = ${connectionId}\n        for update\n',
    'and u.connection_id = ${connectionId}\n',
  ]),
  bug('sessions survive a deactivation', 'sequential', [
    'migrations/0041-sign-in.ts',
    'old.active and not new.active or old.role <> new.role\n',
    'old.role <> new.role\n',
  ]),
  bug('a PATCH is one transaction for each operation', 'atomicity', [
    'src/scim/groups.routes.ts',
    'const change = foldGroupPatch(parsePatch(body), { profile, ignored: call.ignored });',
    `const all = parsePatch(body);
    for (const one of all.slice(0, -1)) {
      await updateProvisionedGroup(context, { connectionId, id, ...foldGroupPatch([one], { profile }) });
    }
    const change = foldGroupPatch(all.slice(-1), { profile, ignored: call.ignored });`,
  ]),
  bug('an operation of a PATCH that is refused is passed over', 'sequential', [
    'src/scim/group-patch.ts',
    'for (const operation of operations) atOperation(operation, () => fold.apply(operation));',
    `for (const operation of operations) {
    try {
      atOperation(operation, () => fold.apply(operation));
    } catch {}
  }`,
  ]),
  bug('names are compared in lower case, but not normalised', 'sequential', [
    'src/kernel/fold.ts',
    "return name.normalize('NFKC').toLowerCase().normalize('NFKC');",
    'return name.toLowerCase();',
  ]),
  bug('looking at a link uses it up', 'sequential', [
    'src/mail/links.ts',
    'select id, subject_id, expires_at from links\n    where organization_id = ${tx.context.organizationId} and id = ${id} and purpose = ${purpose} and ${OPEN}\n',
    'update links set used_at = now()\n    where organization_id = ${tx.context.organizationId} and id = ${id} and purpose = ${purpose} and ${OPEN}\n    returning id, subject_id, expires_at\n',
  ]),
  bug('seats are counted before the pool is locked', 'histories', [
    'src/licensing/seat-pool.ts',
    '      for update of p\n    ), holder as (',
    '    ), holder as (',
  ]),
  bug('a PATCH that changes nothing is a new version', 'sequential', [
    'src/directory/change-provisioned-user.ts',
    '  if (Object.keys(change).length === 0) return user;\n  tx.closing(',
    '  tx.closing(',
  ]),
  bug('a member who is there already is inserted again', 'sequential', [
    'src/directory/move-members.ts',
    '\n        and (select true from memberships m where ${inGroup} and m.user_id = u.id) is null',
    '',
  ]),
  bug('a deactivation forgets the memberships that wait', 'sequential', [
    'src/directory/deactivate.ts',
    'sql`delete from memberships where ${theirs} returning',
    "sql`delete from memberships where ${theirs} and state <> 'adding' returning",
  ]),
  bug('a group whose member was deactivated keeps its version', 'sequential', [
    'src/directory/deactivate.ts',
    'update groups g set version = version + 1, updated_at = now()\n    from affected',
    'update groups g set updated_at = now()\n    from affected',
  ]),
  bug('an externalId is looked up as an id', 'sequential', [
    'src/directory/provisioned-user.ts',
    'and u.id = ${id} and u.connection_id = ${connectionId}',
    'and (u.id = ${id} or u.external_id = ${id}) and u.connection_id = ${connectionId}',
  ]),
  bug('the sweeper forgets those who leave', 'interleaving', [
    'workers/sweeper.ts',
    "where state <> 'active' and accepted_at < now()",
    "where state = 'adding' and accepted_at < now()",
  ]),
  bug('nobody tells the worker of those who leave', 'sequential', [
    'src/directory/change-members.ts',
    "if (pending > 0) tx.emit({ topic: 'group.members.changed'",
    "if (added.count > 0) tx.emit({ topic: 'group.members.changed'",
  ]),
  bug('the relay deletes what the queue did not take', 'interleaving', [
    'workers/outbox-relay.ts',
    '.filter(({ queue }) => !this.unserved.includes(queue))));',
    '.filter(({ queue }) => !this.unserved.includes(queue)))).catch(() => {});',
  ]),
  bug('the relay merges messages about different groups', 'interleaving', [
    'workers/outbox-relay.ts',
    'row.ids.groupId ?? row.ids.invitationId ?? (',
    'row.organization_id ?? (',
  ]),
  bug('adoption makes everybody an ordinary user', 'sequential', [
    'src/directory/adopt-user.ts',
    'connection_id = ${connectionId}, released_from = null,',
    "connection_id = ${connectionId}, role = 'user', released_from = null,",
  ]),
  bug('the owner can be deprovisioned', 'sequential', [
    'src/directory/deprovision-user.ts',
    '    refuseForOwner(user);\n',
    '',
  ]),
  bug('a cursor skips those with an equal key', 'sequential', [
    'src/directory/scim-page.ts',
    '${key} is null or ${tied})`',
    '${key} is null)`',
  ]),
  bug('a provider removes people it does not manage', 'sequential', [
    'src/directory/move-members.ts',
    "removable === 'anyone' ? named : sql`${named} and ${isManaged}`",
    'named',
  ]),
  bug('a provider alone makes an administrator', 'interleaving', [
    'src/invitations/apply-invitation.ts',
    'update users set pending_role = ${role},',
    'update users set role = ${role},',
  ]),
  bug('an invitation is applied as often as its job comes', 'interleaving', [
    'src/invitations/apply-invitation.ts',
    "i.state = 'consumed' and i.applied_at is null\n",
    "i.state = 'consumed'\n",
  ]),
  bug('a PUT that does not speak of members empties the group', 'sequential', [
    'src/scim/groups.routes.ts',
    "profile.putWithoutMembers === 'cleared' ? [] : undefined",
    '[]',
  ]),
  bug('a change of one attribute leaves no trace in the audit log', 'sequential', [
    'src/directory/change-provisioned-user.ts',
    'changed.length === 0 ? undefined : { action',
    'changed.length === 1 ? undefined : { action',
  ]),
  bug('an invitation that is over can still be used up', 'sequential', [
    'src/directory/link-invitation.ts',
    "state = 'pending'\n      and expires_at > now()",
    "state = 'pending'",
  ]),
];
