/**
 * What a caller may do. Every operation declares one of these; nothing else in the code decides who may do what.
 * `resource:verb`, in the words of the API.
 */
export const PERMISSIONS = [
  'organization:read',
  'organization:write',
  'organization:create',
  'organization:list',
  'plan:write',
  'first-token:issue',
  'domain:read',
  'domain:write',
  'license:read',
  'license:write',
  'user:read',
  'user:write',
  'user:erase',
  'user:release',
  'group:read',
  'group:write',
  'invitation:read',
  'invitation:write',
  'connection:read',
  'connection:write',
  'token:read',
  'token:write',
  'role:write',
  'administered-group:read',
  'administered-group:write',
  'provisioning:read',
  'provisioning:write',
  'membership:apply',
  'bulk:apply',
  'mail:read',
  'mail:deliver',
  'access:request',
  'connection:refresh',
] as const;

export type Permission = (typeof PERMISSIONS)[number];

export const ROLES = ['owner', 'admin', 'group_admin', 'user'] as const;

/**
 * B33. `group_admin` is an admin of named groups: an operation that is open to `administered-group:read` or `:write` is
 * open for those groups only, and decides so in its statements. Every other operation is closed to a group admin.
 */
export type Role = (typeof ROLES)[number];

/** Workers apply what a provider or an inviter was already allowed to ask for; no human caller does that. */
export const WORKER_PERMISSIONS: readonly Permission[] = [
  'membership:apply',
  'bulk:apply',
  'mail:deliver',
  'connection:refresh',
];

/** Somebody on a public page: may ask for access and use the link they were sent, and nothing else (B36). */
export const VISITOR_PERMISSIONS: readonly Permission[] = ['access:request'];

/** What whoever sells the product does: no role and no scope has any of it (docs/decisions/0053). */
export const OPERATOR_PERMISSIONS: readonly Permission[] = [
  'organization:create',
  'organization:list',
  'plan:write',
  'first-token:issue',
];

const administrator: readonly Permission[] = PERMISSIONS.filter(
  (p) =>
    !WORKER_PERMISSIONS.includes(p) && !VISITOR_PERMISSIONS.includes(p) && !OPERATOR_PERMISSIONS.includes(p),
);

/** What each role may do (B33). */
export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  owner: administrator,
  admin: administrator,
  group_admin: ['organization:read', 'administered-group:read', 'administered-group:write'],
  user: ['organization:read'],
};

/** What a token can be narrowed to: everything that some role may do. */
export const SCOPES: readonly Permission[] = administrator;

/** What a credential may do: the permissions of its role, or those of them it was narrowed to. Never more. */
export const permissionsOf = (role: Role, scopes: readonly string[] | null): Permission[] =>
  ROLE_PERMISSIONS[role].filter((permission) => scopes === null || scopes.includes(permission));

/** What the credential of a SCIM connection may do: provision, and nothing of the domain API (abuse 9). */
export const CONNECTION_PERMISSIONS: readonly Permission[] = ['provisioning:read', 'provisioning:write'];

const RANK: Readonly<Record<Role, number>> = { owner: 3, admin: 2, group_admin: 1, user: 0 };

/** B33: nobody grants more than they have. */
export function mayGrant(granter: Role, granted: Role): boolean {
  return RANK[granter] >= RANK[granted];
}

/** The lower of two roles. */
export const lowerRole = (one: Role, other: Role): Role => (RANK[one] < RANK[other] ? one : other);
