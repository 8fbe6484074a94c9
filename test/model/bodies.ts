import { patch } from '../support/people.js';
import type { Attributes, GroupStep, Op } from './ops.js';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const emails = (value: string) => [{ value, type: 'work', primary: true }];

export const userBody = ({
  email,
  givenName,
  employeeNumber,
  ...rest
}: Omit<Attributes, 'active'> & { active?: boolean }) => ({
  schemas: [USER, ENTERPRISE],
  ...rest,
  emails: emails(email),
  name: { givenName },
  ...(employeeNumber && { [ENTERPRISE]: { employeeNumber } }),
});

export const groupBody = ({
  displayName,
  externalId,
  members,
}: {
  displayName: string;
  externalId: string | null;
  members?: string[];
}) => ({
  schemas: [GROUP],
  displayName,
  externalId,
  ...(members && { members: members.map((value) => ({ value })) }),
});

const PATHS: Readonly<Record<keyof Attributes, string>> = {
  userName: 'userName',
  email: 'emails[type eq "work"].value',
  externalId: 'externalId',
  givenName: 'name.givenName',
  title: 'title',
  employeeNumber: `${ENTERPRISE}:employeeNumber`,
  active: 'active',
};

/** The same change in the spellings of different providers. */
export function userPatch({ change, style, bad }: Extract<Op, { kind: 'patchUser' }>) {
  const entries = Object.entries(change).map(([name, value]) => {
    const spelt = style === 'strings' && typeof value === 'boolean' ? (value ? 'True' : 'False') : value;
    return [PATHS[name as keyof Attributes], spelt] as const;
  });
  const removed = entries.filter(([, value]) => value === null).map(([path]) => ({ op: 'remove', path }));
  const set = entries.filter(([, value]) => value !== null);
  const operations =
    style === 'object'
      ? set.length > 0
        ? [{ op: 'replace', value: Object.fromEntries(set) }]
        : []
      : set.map(([path, value]) => ({ op: style === 'strings' ? 'Add' : 'replace', path, value }));
  const last = bad ? [{ op: 'remove', path: 'userName' }] : [];
  return patch(...removed, ...operations, ...last);
}

export function operation(step: GroupStep): Record<string, unknown> {
  switch (step.do) {
    case 'add':
    case 'replace':
      return { op: step.do, path: 'members', value: step.ids.map((value) => ({ value })) };
    case 'remove':
      return step.ids.length === 1
        ? { op: 'Remove', path: `members[value eq "${step.ids[0]}"]` }
        : { op: 'remove', path: 'members', value: step.ids.map((value) => ({ value })) };
    case 'rename':
      return { op: 'Replace', value: { id: 'ignored', displayName: step.to } };
    case 'identify':
      return { op: 'replace', path: 'externalId', value: step.to };
    case 'clear':
      return { op: 'remove', path: 'members' };
    default:
      return { op: 'remove' };
  }
}

export function changeOf([step]: readonly GroupStep[]): Record<string, unknown> {
  if (!step || !('ids' in step)) return step && 'to' in step ? named(step) : {};
  return { members: step.do === 'replace' ? { replace: step.ids } : { [step.do]: step.ids } };
}

const named = ({ do: what, to }: { do: string; to: string }) =>
  what === 'rename' ? { displayName: to } : { externalId: to };

export const filter = (path: string, value: string): string =>
  encodeURIComponent(`${path} eq ${JSON.stringify(value)}`);
