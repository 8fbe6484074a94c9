import { defineEntity, p } from '@mikro-orm/core';
import { organizationFilter } from '../kernel/tenancy.js';
import { INVITATION_STATES } from './invitation-states.js';

/** B41: an opaque reference with a name. */
export interface Course {
  id: string;
  name: string;
}

const InvitationSchema = defineEntity({
  name: 'Invitation',
  tableName: 'invitations',
  filters: organizationFilter,
  properties: {
    organizationId: p.uuid().primary(),
    id: p.uuid().primary(),
    email: p.text(),
    emailKey: p.text(),
    role: p.enum(['admin', 'group_admin', 'user']),
    groupIds: p.array().columnType('uuid[]').$type<string[]>(),
    courses: p.json<Course[]>(),
    state: p.enum([...INVITATION_STATES]),
    invitedBy: p.text(),
    userId: p.uuid().nullable(),
    /** Who let them in: an admin, or an approved domain (B36). */
    source: p.enum(['admin', 'domain']).default('admin'),
    createdAt: p.datetime().onCreate(() => new Date()),
    consumedAt: p.datetime().nullable(),
    appliedAt: p.datetime().nullable(),
    /** After this nobody can use it; the database decided it. */
    expiresAt: p.datetime(),
    /** The one link that opens it; an earlier one opens nothing any more. */
    linkId: p.uuid().nullable(),
    batchId: p.uuid().nullable(),
    endedAt: p.datetime().nullable(),
  },
});

/** What someone was promised before they existed here: a role, groups and courses (B34). */
export class Invitation extends InvitationSchema.class {}
InvitationSchema.setClass(Invitation);

export { InvitationSchema };
