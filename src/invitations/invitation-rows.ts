import { sql } from 'kysely';
import type { Course } from './invitation.entity.js';
import type { InvitationState } from './invitation-states.js';

/** An invitation as operations return it. */
export interface InvitationRecord {
  id: string;
  email: string;
  role: 'admin' | 'group_admin' | 'user';
  groupIds: string[];
  courses: Course[];
  state: InvitationState;
  /** Who let them in: an admin, or an approved domain (B36). */
  source: 'admin' | 'domain';
  createdAt: Date;
  expiresAt: Date;
  /** When it left `pending`. */
  endedAt: Date | null;
  consumedAt: Date | null;
  appliedAt: Date | null;
  /** Who used it. */
  userId: string | null;
}

/** A row of INVITATION_COLUMNS. Timestamps arrive as text. */
export interface InvitationRow {
  id: string;
  email: string;
  role: 'admin' | 'group_admin' | 'user';
  group_ids: string[];
  courses: Course[];
  state: InvitationState;
  source: 'admin' | 'domain';
  created_at: string;
  expires_at: string;
  ended_at: string | null;
  consumed_at: string | null;
  applied_at: string | null;
  user_id: string | null;
}

/**
 * The columns of an InvitationRecord, of `invitations i`. One whose time is over is `expired`, whether or not the sweeper
 * has been there.
 */
export const INVITATION_COLUMNS = sql`
  i.id, i.email, i.role, i.group_ids, i.courses, i.created_at, i.expires_at, i.ended_at, i.consumed_at, i.applied_at,
  i.user_id, i.source, case when i.state = 'pending' and i.expires_at <= now() then 'expired' else i.state end as state`;

const date = (text: string | null): Date | null => (text === null ? null : new Date(text));

/** A row in the words of the product. */
export const toInvitation = (row: InvitationRow): InvitationRecord => ({
  id: row.id,
  email: row.email,
  role: row.role,
  groupIds: row.group_ids,
  courses: row.courses,
  state: row.state,
  source: row.source,
  createdAt: new Date(row.created_at),
  expiresAt: new Date(row.expires_at),
  endedAt: date(row.ended_at),
  consumedAt: date(row.consumed_at),
  appliedAt: date(row.applied_at),
  userId: row.user_id,
});
