import { STANDARD_GROUP } from '../../src/directory/group-attributes.js';
import { STANDARD_USER } from '../../src/directory/user-attributes.js';
import { isWanted, type ProjectionQuery, project, readProjection } from '../../src/scim/projection.js';

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const schemas = [CORE, ENTERPRISE];
const email = { value: 'Lena@x.example', type: 'work', primary: true };
const membership = { value: 'g1', $ref: 'https://x/Groups/g1', display: 'Sales', type: 'direct' };
const meta = { resourceType: 'User', created: 'c', lastModified: 'm', location: 'l', version: 'W/"1"' };
const user = {
  schemas,
  id: 'u1',
  externalId: 'E1',
  userName: 'lena',
  name: { givenName: 'Lena', familyName: 'Ek' },
  active: true,
  emails: [email],
  groups: [membership],
  [ENTERPRISE]: { employeeNumber: 'E1' },
  meta,
};
const { name, groups, emails, ...rest } = user;

const shown = (query: ProjectionQuery) => project(user, readProjection(query, STANDARD_USER));

describe('attributes and excludedAttributes (RFC 7644 section 3.9, B25)', () => {
  test.each<[ProjectionQuery, Record<string, unknown>]>([
    [{}, user],
    [{ attributes: '' }, user],
    [{ attributes: ' , ', excludedAttributes: '' }, user],
    // What Entra's older probe asks for.
    [{ attributes: 'id' }, { schemas, id: 'u1' }],
    [{ attributes: 'userName' }, { schemas, id: 'u1', userName: 'lena' }],
    [{ attributes: 'USERNAME,Active' }, { schemas, id: 'u1', userName: 'lena', active: true }],
    [{ attributes: ['userName', 'active'] }, { schemas, id: 'u1', userName: 'lena', active: true }],
    [{ attributes: ' userName , active ' }, { schemas, id: 'u1', userName: 'lena', active: true }],
    [{ attributes: `${CORE}:userName` }, { schemas, id: 'u1', userName: 'lena' }],
    [{ attributes: `${CORE}:name.givenName` }, { schemas, id: 'u1', name: { givenName: 'Lena' } }],
    [{ attributes: 'name' }, { schemas, id: 'u1', name }],
    [{ attributes: 'name.givenName' }, { schemas, id: 'u1', name: { givenName: 'Lena' } }],
    [{ attributes: 'name,name.givenName' }, { schemas, id: 'u1', name }],
    [{ attributes: 'emails.value' }, { schemas, id: 'u1', emails: [{ value: email.value }] }],
    [
      { attributes: 'emails.value,emails.type' },
      { schemas, id: 'u1', emails: [{ value: email.value, type: 'work' }] },
    ],
    [{ attributes: 'groups.$ref' }, { schemas, id: 'u1', groups: [{ $ref: membership.$ref }] }],
    [{ attributes: 'meta.version' }, { schemas, id: 'u1', meta: { version: meta.version } }],
    [{ attributes: ENTERPRISE }, { schemas, id: 'u1', [ENTERPRISE]: { employeeNumber: 'E1' } }],
    [
      { attributes: `${ENTERPRISE.toLowerCase()}:employeeNUMBER` },
      { schemas, id: 'u1', [ENTERPRISE]: { employeeNumber: 'E1' } },
    ],
    [{ attributes: 'employeeNumber' }, { schemas, id: 'u1', [ENTERPRISE]: { employeeNumber: 'E1' } }],
    // Names of nobody, and of attributes this person has no value for.
    [{ attributes: 'nickName' }, { schemas, id: 'u1' }],
    [{ attributes: 'title' }, { schemas, id: 'u1' }],
    [{ attributes: '__proto__,constructor' }, { schemas, id: 'u1' }],
    [{ excludedAttributes: 'nickName' }, user],
    [{ excludedAttributes: 'name,groups,emails' }, rest],
    [{ excludedAttributes: 'NAME,Groups,emails' }, rest],
    [{ excludedAttributes: 'name.givenName' }, { ...user, name: { familyName: 'Ek' } }],
    [{ excludedAttributes: 'name.givenName,name.familyName' }, { ...rest, groups, emails }],
    [{ excludedAttributes: 'emails.primary' }, { ...user, emails: [{ value: email.value, type: 'work' }] }],
    // What is always returned cannot be taken out.
    [{ excludedAttributes: 'id,schemas,name,groups,emails' }, rest],
    [
      { attributes: 'name,emails', excludedAttributes: 'name.givenName' },
      { schemas, id: 'u1', name: { familyName: 'Ek' }, emails },
    ],
  ])('%j', (query, expected) => {
    expect(shown(query)).toEqual(expected);
  });

  test('the extension can be excluded by its URN or by its attribute', () => {
    expect(shown({ excludedAttributes: ENTERPRISE })).not.toHaveProperty([ENTERPRISE]);
    expect(shown({ excludedAttributes: `${ENTERPRISE}:employeeNumber` })).not.toHaveProperty([ENTERPRISE]);
  });

  test('the resource itself is left as it was', () => {
    const before = structuredClone(user);
    shown({ attributes: 'emails.value', excludedAttributes: 'name' });
    expect(user).toEqual(before);
  });

  test('false, null and empty lists that were asked for are shown', () => {
    const off = { schemas, id: 'u1', active: false, title: null, groups: [] };
    const projection = readProjection({ attributes: 'active,title,groups' }, STANDARD_USER);
    expect(project(off, projection)).toEqual(off);
  });
});

describe('isWanted tells whether a list has to be read at all', () => {
  test.each<[ProjectionQuery, boolean]>([
    [{}, true],
    [{ excludedAttributes: 'members' }, false],
    [{ excludedAttributes: 'Members,meta' }, false],
    [{ excludedAttributes: 'urn:ietf:params:scim:schemas:core:2.0:Group:members' }, false],
    [{ excludedAttributes: 'members.display' }, true],
    [{ excludedAttributes: 'displayName' }, true],
    [{ attributes: 'id' }, false],
    [{ attributes: 'displayName,members' }, true],
    [{ attributes: 'members.value' }, true],
    [{ attributes: 'members', excludedAttributes: 'members' }, false],
  ])('%j: %s', (query, wanted) => {
    expect(isWanted(readProjection(query, STANDARD_GROUP), 'members')).toBe(wanted);
  });

  test('groups of a user', () => {
    expect(isWanted(readProjection({ attributes: 'userName' }, STANDARD_USER), 'groups')).toBe(false);
    expect(isWanted(readProjection({ attributes: 'groups.display' }, STANDARD_USER), 'groups')).toBe(true);
  });
});

test('a group is shown without its members', () => {
  const group = {
    schemas: [],
    id: 'g1',
    displayName: 'Sales',
    members: [{ value: 'u1', display: 'Lena', type: 'User' }],
  };
  const shownGroup = project(group, readProjection({ excludedAttributes: 'members' }, STANDARD_GROUP));
  expect(shownGroup).toEqual({ schemas: [], id: 'g1', displayName: 'Sales' });
});
