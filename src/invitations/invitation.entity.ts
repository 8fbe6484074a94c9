import { defineEntity, p } from '@mikro-orm/core';
import { organizationFilter } from '../kernel/tenancy.js';

/** B41: an opaque reference with a name. */
export interface Course {
  id: string;
  name: string;
}

/** The states of an invitation; all but the first are final. */
export const INVITATION_STATES = ['pending', 'accepted', 'consumed', 'revoked', 'expired'] as const;

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
    createdAt: p.datetime().onCreate(() => new Date()),
    consumedAt: p.datetime().nullable(),
    appliedAt: p.datetime().nullable(),
  },
});

/** What someone was promised before they existed here: a role, groups and courses (B34). */
export class Invitation extends InvitationSchema.class {}
InvitationSchema.setClass(Invitation);

export { InvitationSchema };
