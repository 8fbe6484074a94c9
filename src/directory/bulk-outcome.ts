import type { Role } from '../kernel/permissions.js';
import type { BulkKind } from './bulk-change.js';

/** Why one person of a bulk change was left as they are. */
export const BULK_REASONS = [
  'NOT_FOUND',
  'SCIM_MANAGED',
  'OWNER',
  'ERASED',
  'INACTIVE',
  'GROUP_GONE',
  'GROUP_SCIM_MANAGED',
] as const;
export type BulkReason = (typeof BULK_REASONS)[number];

/** What decides about one person, read with their row locked. */
export interface BulkPerson {
  id: string;
  role: Role;
  active: boolean;
  deactivated_by: 'connection' | 'admin' | null;
  erased: boolean;
  /** The active connection that manages them. */
  connection_id: string | null;
}

/** What is to become of one person: a change, nothing because it is so already, or a refusal. */
export type BulkOutcome = 'change' | 'unchanged' | BulkReason;

/** The rules of `deactivateUser`, `reactivateUser` and `addGroupMembers`, for one of many. */
export function outcomeOf(kind: BulkKind, person: BulkPerson | undefined): BulkOutcome {
  if (!person) return 'NOT_FOUND';
  const { active, deactivated_by: deactivatedBy, connection_id: connectionId } = person;
  if (kind === 'assign') return active ? 'change' : 'INACTIVE';
  if (kind === 'reactivate') {
    if (connectionId !== null && deactivatedBy !== 'admin') return 'SCIM_MANAGED';
    if (active) return 'unchanged';
    return person.erased ? 'ERASED' : 'change';
  }
  if (connectionId !== null) return 'SCIM_MANAGED';
  if (person.role === 'owner') return 'OWNER';
  return deactivatedBy === 'admin' ? 'unchanged' : 'change';
}

const SENTENCES: Readonly<Record<BulkReason, string>> = {
  NOT_FOUND: 'Nobody in this organization has this id.',
  SCIM_MANAGED: 'This person is managed by a SCIM connection. Make the change in the identity provider.',
  OWNER: 'This person owns the organization and cannot be deactivated. Make someone else the owner first.',
  ERASED: 'The personal data of this person was erased, so they cannot be reactivated.',
  INACTIVE: 'This person is deactivated and cannot be in a group. Reactivate them first.',
  GROUP_GONE: 'The group was deleted before this person was added.',
  GROUP_SCIM_MANAGED: 'A SCIM connection manages the group by now. Add people in the identity provider.',
};

/** The reason as a sentence for an administrator, naming the connection where there is one (B32). */
export const explainReason = (reason: BulkReason, connectionId: string | null): string =>
  connectionId === null ? SENTENCES[reason] : `${SENTENCES[reason]} The connection is ${connectionId}.`;
