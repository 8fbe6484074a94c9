/** What every target holds before it is measured: the same people and groups under the same ids. */
export const SPARE_PEOPLE = 100;

const hex = (number, digits) => number.toString(16).padStart(digits, '0');

/** Ids are made of the directory's number and the person's, so that a load needs no look-ups to know them. */
export const personIdPrefix = (directory) => `01900000-${hex(directory, 4)}-7000-8000-`;
export const personId = (directory, i) => personIdPrefix(directory) + hex(i, 12);
/** A group is known by how many members it has: the first ones of its directory. */
export const groupIdPrefix = (directory) => `01900001-${hex(directory, 4)}-7000-8000-`;
export const groupId = (directory, members) => groupIdPrefix(directory) + hex(members, 12);

export const userNameOf = (i) => `person-${i}@bench.example`;
export const externalIdOf = (i) => `x-${i}`;
export const groupNameOf = (members) => `Group of ${members}`;

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** A person as Entra sends one. */
export const personBody = (userName, externalId, title = 'Engineer') => ({
  schemas: [USER, ENTERPRISE],
  userName,
  externalId,
  displayName: `Ada ${externalId}`,
  name: { givenName: 'Ada', familyName: externalId, formatted: `Ada ${externalId}` },
  emails: [{ value: userName, type: 'work', primary: true }],
  title,
  active: true,
  [ENTERPRISE]: { department: 'Engines', employeeNumber: externalId },
});

export const groupBody = (displayName, memberIds, id) => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
  ...(id && { id }),
  displayName,
  members: memberIds.map((value) => ({ value })),
});

export const patchBody = (...Operations) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations,
});

const run = Date.now().toString(36);
let serial = 0;
/** A name nobody had before, in this run or an earlier one. */
export const freshName = () => {
  serial += 1;
  return `new-${run}-${process.pid}-${serial}@bench.example`;
};
export const anyOf = (count) => Math.floor(Math.random() * count);
