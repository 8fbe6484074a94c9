import type { UserAttributes, UserChange } from '../../src/directory/shapes.js';
import { DomainError } from '../../src/kernel/errors.js';
import { PATCH_OP, type PatchOperation, parsePatch } from '../../src/scim/patch.js';
import { foldUserPatch } from '../../src/scim/user-patch.js';

export const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const NUMBER = `${ENTERPRISE}:employeeNumber`;

export const lena: UserAttributes = {
  userName: 'lena@contoso.example',
  email: 'lena@contoso.example',
  active: true,
  externalId: 'E1',
  givenName: 'Lena',
  familyName: 'Ek',
  title: 'Engineer',
  employeeNumber: 'N1',
  profile: {},
};

export const replace = (path: string, value: unknown) => ({ op: 'replace', path, value });
export const add = (path: string, value: unknown) => ({ op: 'add', path, value });
export const remove = (path: string, value?: unknown) => ({ op: 'remove', path, value });
export const pathless = (value: unknown, op = 'replace') => ({ op, value });

/** The operations of a whole, correct PATCH body. */
export const operations = (...list: unknown[]): PatchOperation[] =>
  parsePatch({ schemas: [PATCH_OP], Operations: list });

export const patched = (current: UserAttributes, ...list: unknown[]): UserChange =>
  foldUserPatch(operations(...list), current);

/** What the work is refused with; anything else fails the test. */
export function refusalOf(work: () => unknown): DomainError {
  try {
    work();
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** A body with every supported attribute, and what is read from it. */
export const sent = {
  schemas: [CORE, ENTERPRISE],
  externalId: 'E1',
  userName: 'Lena@Contoso.example',
  active: true,
  emails: [{ value: 'lena+ub@contoso.example', type: 'work', primary: true }],
  name: { givenName: 'Lena', familyName: 'Ek' },
  title: 'Engineer',
  [ENTERPRISE]: { employeeNumber: 'N1' },
};

export const read = {
  userName: 'Lena@Contoso.example',
  email: 'lena+ub@contoso.example',
  active: true,
  externalId: 'E1',
  givenName: 'Lena',
  familyName: 'Ek',
  title: 'Engineer',
  employeeNumber: 'N1',
};
