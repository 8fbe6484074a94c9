import { DomainError } from '../../kernel/errors.js';
import type { Work } from '../../kernel/operation.js';
import { mayGrant, type Role } from '../../kernel/permissions.js';

/** The person behind the caller, if it is one. */
export function callerOf({ context: { actor } }: Work): string | undefined {
  return 'userId' in actor ? actor.userId : undefined;
}

/** FORBIDDEN for somebody else's sessions without the permission. */
export function requireOwnOr(tx: Work, userId: string, permission: 'user:read' | 'user:write'): void {
  if (callerOf(tx) === userId || tx.context.permissions.has(permission)) return;
  throw new DomainError('FORBIDDEN', 'Only owners and admins may see or end the sessions of somebody else.');
}

/** FORBIDDEN unless it is one's own, or that of somebody who is not above the caller (B33). */
export function requireMayEnd(tx: Work, userId: string, role: Role): void {
  requireOwnOr(tx, userId, 'user:write');
  const { actor } = tx.context;
  if (callerOf(tx) === userId || ('role' in actor && mayGrant(actor.role, role))) return;
  throw new DomainError(
    'FORBIDDEN',
    `Only someone with the role '${role}' or higher can end these sessions.`,
  );
}
