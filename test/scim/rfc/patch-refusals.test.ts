import { patch } from '../../support/people.js';
import { CORE, ENTERPRISE, fullUser } from './full-user.js';
import { add, NAME, type Operation, PHONES, patchingPeople, remove, replace } from './patched.js';

const rfc = patchingPeople();
const { patched } = rfc;

describe('a PATCH that changes nothing leaves version and lastModified', () => {
  it.each<[string, Record<string, unknown>, Operation[]]>([
    ['the same value', { nickName: 'n' }, [replace('nickName', 'n')]],
    ['the same parts of a complex value', { name: NAME }, [replace('name', { givenName: 'Barbara' })]],
    ['an element that is there, added again', { phoneNumbers: PHONES }, [add('phoneNumbers', [PHONES[1]])]],
    ['the same list', { phoneNumbers: PHONES }, [replace('phoneNumbers', PHONES)]],
    ['a removal of what is not there', {}, [remove('nickName'), remove('roles[value eq "x"]')]],
    ['a change and its opposite', { nickName: 'n' }, [replace('nickName', 'm'), replace('nickName', 'n')]],
    ['"True" for true', { active: true }, [replace('active', 'True')]],
    ['a password', {}, [replace('password', 'secret')]],
    ['an active of null', { active: false }, [replace('active', null)]],
    [
      'the same manager as a bare id',
      { [ENTERPRISE]: { manager: { value: 'm' } } },
      [replace('manager', 'm')],
    ],
  ])('%s', async (_what, attributes, operations) => {
    const { userName } = fullUser();
    const { body: before } = await rfc.acme.scim('POST', '/Users', {
      schemas: [CORE],
      userName,
      ...attributes,
    });
    const answer = await rfc.acme.scim('PATCH', `/Users/${before.id}`, patch(...operations));
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual(before);
    expect(answer.headers.etag).toBe(before.meta.version);
    const audit = await rfc.product.sql('select from audit_log where target_id = $1', [before.id]);
    expect(audit).toHaveLength(1);
  });
});

describe('PATCH in the rfc profile refuses the whole request, naming the operation', () => {
  it.each<[string, Operation, string]>([
    ['an unknown attribute', replace('shoeSize', 9), 'invalidPath'],
    ['an unknown sub-attribute', replace('name.nick', 'x'), 'invalidPath'],
    ['an unknown schema', add('urn:custom:1.0:User:shoeSize', 9), 'invalidPath'],
    ['an unknown attribute of the extension', add(`${ENTERPRISE}:shoeSize`, 9), 'invalidPath'],
    ['an unknown name in a value path', replace('phoneNumbers[carrier eq "x"].value', '1'), 'invalidPath'],
    [
      'an unknown part behind a value path',
      replace('phoneNumbers[type eq "work"].carrier', '1'),
      'invalidPath',
    ],
    ['the removal of an unknown attribute', remove('shoeSize'), 'invalidPath'],
    ['a path that does not parse', replace('phoneNumbers[type eq', '1'), 'invalidPath'],
    ['a value path behind a single value', replace('name[givenName eq "x"]', 'y'), 'invalidPath'],
    ['the id', replace('id', 'x'), 'mutability'],
    ['the meta data', replace('meta.created', '2001-01-01T00:00:00Z'), 'mutability'],
    ['the derived groups', add('groups', [{ value: 'g' }]), 'mutability'],
    ["the manager's name", replace(`${ENTERPRISE}:manager.displayName`, 'x'), 'mutability'],
    ['the removal of the userName', remove('userName'), 'mutability'],
    ['an empty userName', replace('userName', ''), 'invalidValue'],
    [
      'a replace through a value path that selects nothing',
      replace('phoneNumbers[type eq "fax"].value', '1'),
      'noTarget',
    ],
    ['a replace of an element nobody has', replace('roles[value eq "x"]', { value: 'y' }), 'noTarget'],
    ['a remove without a path', { op: 'remove' }, 'noTarget'],
    ['a value of the wrong type', replace('nickName', { a: 1 }), 'invalidValue'],
    ['a word for a boolean', replace('active', 'perhaps'), 'invalidValue'],
    ['an add without a value', { op: 'add', path: 'nickName' }, 'invalidValue'],
    ['a value that is too long', replace('displayName', 'x'.repeat(1_025)), 'invalidValue'],
    ['text that is no Base64', add('x509Certificates', [{ value: 'ü' }]), 'invalidValue'],
    ['an unknown operation', { op: 'move', path: 'nickName', value: 'x' }, 'invalidSyntax'],
  ])('%s', async (_what, operation, scimType) => {
    const answer = await patched({ title: 'before' }, replace('title', 'after'), operation);
    expect(answer).toMatchObject({ status: 400, body: { scimType, status: '400' } });
  });
});
