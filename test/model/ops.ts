/** Everything a person is told over SCIM in these tests (B8). */
export interface Attributes {
  userName: string;
  email: string;
  externalId: string | null;
  givenName: string | null;
  title: string | null;
  employeeNumber: string | null;
  active: boolean;
}

/** Whether a provisioning write comes over SCIM or as its twin over GraphQL. */
export type Door = 'scim' | 'graphql';

/** One operation of a PATCH of a group. `bad` is refused, and with it the whole request (B28). */
export type GroupStep =
  | { do: 'add' | 'remove' | 'replace'; ids: string[] }
  | { do: 'rename' | 'identify'; to: string }
  | { do: 'clear' | 'bad' };

export type Role = 'owner' | 'admin' | 'group_admin' | 'user';

/** What a client does, as plain data with real ids: the model and both doors read the same. */
export type Op =
  | { kind: 'provisionUser'; door: Door; attributes: Attributes }
  | { kind: 'replaceUser'; door: Door; id: string; attributes: Omit<Attributes, 'active'>; active?: boolean }
  | {
      kind: 'patchUser';
      door: Door;
      id: string;
      change: Partial<Attributes>;
      /** How SCIM spells it: an operation for each, one without a path, or Entra's strings for booleans. */
      style: 'paths' | 'object' | 'strings';
      /** A last operation that takes away what is required. */
      bad: boolean;
      expected?: number;
    }
  | { kind: 'deprovisionUser'; door: Door; id: string; expected?: number }
  | { kind: 'readUser'; id: string }
  | { kind: 'findUsers'; by: 'userName' | 'externalId' | 'email' | 'id'; value: string }
  | { kind: 'pageUsers'; sortBy?: 'title' | 'userName'; count: number; by: 'cursor' | 'index' }
  | { kind: 'provisionGroup'; door: Door; displayName: string; externalId: string | null; members: string[] }
  | {
      kind: 'replaceGroup';
      id: string;
      displayName: string;
      externalId: string | null;
      members?: string[];
    }
  | { kind: 'patchGroup'; door: Door; id: string; steps: GroupStep[]; expected?: number }
  | { kind: 'deprovisionGroup'; door: Door; id: string; expected?: number }
  | { kind: 'readGroup'; id: string }
  | { kind: 'findGroups'; by: 'displayName' | 'externalId' | 'members.value'; value: string }
  | { kind: 'createGroup'; displayName: string }
  | {
      kind: 'updateGroup';
      id: string;
      displayName?: string;
      add: string[];
      remove: string[];
      expected?: number;
    }
  | { kind: 'addGroupMembers' | 'removeGroupMembers'; id: string; ids: string[] }
  | { kind: 'deleteGroup'; id: string; expected?: number }
  | { kind: 'updateUser'; id: string; title: string; expected?: number }
  | { kind: 'deactivateUser' | 'reactivateUser' | 'releaseUser' | 'eraseUser'; id: string }
  | { kind: 'changeUserRole'; id: string; role: Role; expected?: number }
  | { kind: 'inviteUser'; email: string; role: Exclude<Role, 'owner'>; groups: string[] }
  | { kind: 'revokeInvitation' | 'readInvitation' | 'acceptInvitation' | 'invitationIsOver'; id: string }
  | { kind: 'signIn' | 'assignLicense' | 'giveBackLicense'; id: string }
  | { kind: 'setSeats'; seats: number }
  /** A worker settles one group, or everything that waits. */
  | { kind: 'applyGroup'; id: string }
  | { kind: 'settle' };

/** `ok`, or the code of the catalogue that names the refusal. */
export interface Outcome {
  code: string;
  /** What the answer says; a door that says less is compared in what it says. */
  view?: Record<string, unknown>;
}
