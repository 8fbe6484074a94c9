import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import { attribute, type ResourceName } from '../../src/directory/attributes.js';
import { compileFilter } from '../../src/directory/filter/compile.js';
import { findAttribute } from '../../src/directory/find-attribute.js';
import { EVERYTHING, type FilterProfile, STANDARD } from '../../src/directory/profile.js';
import { STANDARD_USER } from '../../src/directory/user-attributes.js';

const database = new Kysely<unknown>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});

/** The SQL with quotes and line breaks left out, and its parameters. */
function compiled(
  text: string,
  resource: ResourceName,
  profile: FilterProfile,
): [string, readonly unknown[]] {
  const query = compileFilter(text, resource, profile).compile(database);
  return [query.sql.replaceAll('"', '').replaceAll(/\s+/g, ' '), query.parameters];
}

/** The whole language on the columns of the standard profile. */
const WHOLE: FilterProfile = { ...EVERYTHING, resources: STANDARD.resources };

const ID = '019ac0de-0000-7000-8000-000000000001';
const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const WORK = '(u.email is not null and u.email_key = $1)';
const MEMBER =
  "exists (select 1 from memberships as m where m.organization_id = g.organization_id and m.group_id = g.id and m.state in ('adding', 'active')";
const IN_GROUP =
  "exists (select 1 from memberships as m join groups as mg on mg.organization_id = m.organization_id and mg.id = m.group_id where m.organization_id = u.organization_id and m.user_id = u.id and m.state in ('adding', 'active')";
const folded = (text: string) => `lower(normalize(${text}, NFKC) collate und-x-icu)`;

describe('the standard profile looks people up by their indexed columns (B12)', () => {
  test.each([
    ['userName eq "Lena@X.example"', 'u.user_name_key = $1', ['lena@x.example']],
    ['USERNAME eq "ＬＥＮＡ"', 'u.user_name_key = $1', ['lena']],
    [`${CORE}:userName eq "a"`, 'u.user_name_key = $1', ['a']],
    [`${CORE.toUpperCase()}:USERNAME eq "a"`, 'u.user_name_key = $1', ['a']],
    ['externalID eq "Api-1"', 'u.external_id = $1', ['Api-1']],
    [`id eq "${ID}"`, 'u.id = $1::uuid', [ID]],
    ['id eq "not-a-uuid"', 'false', []],
    ['id eq ""', 'false', []],
    ['emails eq "A@x"', WORK, ['a@x']],
    ['emails.value eq "A@x"', WORK, ['a@x']],
    ['Emails.Value eq "A@x"', WORK, ['a@x']],
    ['emails[value eq "A@x"]', WORK, ['a@x']],
    ['emails[type eq "work"]', 'u.email is not null', []],
    ['emails[type eq "WORK"]', 'u.email is not null', []],
    ['emails[type eq "home"]', 'false', []],
    ['emails[type eq "work"].value eq "A@x"', WORK, ['a@x']],
    ['EMAILS[TYPE EQ "work"].VALUE EQ "A@x"', WORK, ['a@x']],
    ['emails[type eq "work" and value eq "A@x"]', WORK, ['a@x']],
    ['emails[type eq="work"]', 'u.email is not null', []],
    ['emails[type eq="work"] eq "A@x"', WORK, ['a@x']],
    ['emails[type eq "home"].value eq "A@x"', 'false', []],
    [`${CORE}:emails[type eq "work"].value eq "A@x"`, WORK, ['a@x']],
    ['userName eq "a" and externalId eq "E1"', '(u.user_name_key = $1 and u.external_id = $2)', ['a', 'E1']],
    ['userName eq "a" and emails[type eq "home"]', 'false', []],
    ['userName eq "a" and emails[type eq "work"]', '(u.user_name_key = $1 and u.email is not null)', ['a']],
    ['userName eq "\' or 1=1 --"', 'u.user_name_key = $1', ["' or 1=1 --"]],
    ['externalId eq null', "(u.external_id <> '') is not true", []],
  ])('%s', (text, sql, parameters) => {
    expect(compiled(text, 'User', STANDARD)).toEqual([sql, parameters]);
  });
});

describe('the standard profile looks groups up by name, id and member (B25)', () => {
  test.each([
    ['displayName eq "Équipe 東京"', 'g.display_name_key = $1', ['équipe 東京']],
    ['externalId eq "Mk-1"', 'g.external_id = $1', ['Mk-1']],
    [`Id eq "${ID}"`, 'g.id = $1::uuid', [ID]],
    [`members eq "${ID}"`, `${MEMBER} and m.user_id = $1::uuid)`, [ID]],
    [`members.value eq "${ID}"`, `${MEMBER} and m.user_id = $1::uuid)`, [ID]],
    [`member.value eq "${ID}"`, `${MEMBER} and m.user_id = $1::uuid)`, [ID]],
    [`members[value eq "${ID}"]`, `${MEMBER} and m.user_id = $1::uuid)`, [ID]],
    ['members eq "nobody"', 'false', []],
    [
      `id eq "${ID}" and members eq "${ID}"`,
      `(g.id = $1::uuid and ${MEMBER} and m.user_id = $2::uuid))`,
      [ID, ID],
    ],
    [
      `members eq "${ID}" and id eq "${ID}"`,
      `(${MEMBER} and m.user_id = $1::uuid) and g.id = $2::uuid)`,
      [ID, ID],
    ],
  ])('%s', (text, sql, parameters) => {
    expect(compiled(text, 'Group', STANDARD)).toEqual([sql, parameters]);
  });
});

describe('the whole language on every attribute (B12, GraphQL and rfc)', () => {
  test.each([
    // Text with a folded key, without one, and exact.
    ['userName ne "A"', 'u.user_name_key is distinct from $1', ['a']],
    ['userName co "A"', 'u.user_name_key like $1', ['%a%']],
    ['userName sw "A"', 'u.user_name_key like $1', ['a%']],
    ['userName ew "A"', 'u.user_name_key like $1', ['%a']],
    ['userName co "50%_\\\\"', 'u.user_name_key like $1', ['%50\\%\\_\\\\%']],
    ['userName co "％"', 'u.user_name_key like $1', ['%\\%%']],
    ['title co "％"', `${folded('u.title')} like ${folded('$1')}`, ['%\\%%']],
    ['userName gt "A"', 'u.user_name_key collate C > $1 collate C', ['a']],
    ['userName le "A"', 'u.user_name_key collate C <= $1 collate C', ['a']],
    ['title eq "A"', `${folded('u.title')} = ${folded('$1')}`, ['A']],
    ['title ne "A"', `${folded('u.title')} is distinct from ${folded('$1')}`, ['A']],
    ['name.givenName sw "A"', `${folded('u.given_name')} like ${folded('$1')}`, ['A%']],
    ['name.familyName ge "A"', `${folded('u.family_name')} collate C >= ${folded('$1')} collate C`, ['A']],
    [`${ENTERPRISE}:employeeNumber eq "7"`, `${folded('u.employee_number')} = ${folded('$1')}`, ['7']],
    [`${ENTERPRISE}.employeeNumber eq "7"`, `${folded('u.employee_number')} = ${folded('$1')}`, ['7']],
    ['employeeNumber pr', "u.employee_number <> ''", []],
    ['externalId sw "E"', 'u.external_id like $1', ['E%']],
    ['externalId lt "E"', 'u.external_id collate C < $1 collate C', ['E']],
    // Ids, booleans, constants.
    [`id ne "${ID}"`, 'u.id <> $1::uuid', [ID]],
    ['id ne "nobody"', 'true', []],
    ['id sw "019a"', 'u.id::text like $1', ['019a%']],
    ['id pr', 'u.id is not null', []],
    ['active eq true', 'u.active = $1', [true]],
    ['active eq "True"', 'u.active = $1', [true]],
    ['active ne "false"', 'u.active is distinct from $1', [false]],
    ['active pr', 'u.active is not null', []],
    ['meta.resourceType eq "User"', 'true', []],
    ['meta.resourceType co "roup"', 'false', []],
    ['emails.primary eq "True"', 'u.email is not null', []],
    ['emails.primary ne true', 'false', []],
    ['emails.type sw "w"', 'u.email is not null', []],
    ['emails.type gt "x"', 'false', []],
    // Moments, to the millisecond.
    [
      'meta.created eq "2026-01-31T10:30:00.5+01:00"',
      "(u.created_at >= $1::timestamptz and u.created_at < $2::timestamptz + interval '1 millisecond')",
      ['2026-01-31T09:30:00.500Z', '2026-01-31T09:30:00.500Z'],
    ],
    [
      'meta.lastModified gt "2026-01-31T09:30:00.1234567Z"',
      "u.updated_at >= $1::timestamptz + interval '1 millisecond'",
      ['2026-01-31T09:30:00.123Z'],
    ],
    [
      'meta.lastModified lt "2026-01-31t09:30:00"',
      'u.updated_at < $1::timestamptz',
      ['2026-01-31T09:30:00.000Z'],
    ],
    // Presence and null.
    ['title pr', "u.title <> ''", []],
    ['title eq null', "(u.title <> '') is not true", []],
    ['title ne null', "u.title <> ''", []],
    ['name pr', "(u.given_name <> '' or u.family_name <> '')", []],
    ['emails pr', 'u.email is not null', []],
    ['meta pr', 'true', []],
    ['groups pr', `${IN_GROUP})`, []],
    // Logic: what is known beforehand is left out, and "not" has no third answer.
    ['not (title eq "A")', `(${folded('u.title')} = ${folded('$1')}) is not true`, ['A']],
    ['not (emails[type eq "home"])', 'true', []],
    ['title pr or id eq "nobody"', "u.title <> ''", []],
    ['title pr or id ne "nobody"', 'true', []],
    [
      'userName eq "a" or userName eq "b" and active eq true',
      '(u.user_name_key = $1 or (u.user_name_key = $2 and u.active = $3))',
      ['a', 'b', true],
    ],
    // Elements of lists.
    [
      'emails[value sw "a" or value ew "b"]',
      '(u.email is not null and (u.email_key like $1 or u.email_key like $2))',
      ['a%', '%b'],
    ],
    ['emails[not (value eq "a")]', '(u.email is not null and (u.email_key = $1) is not true)', ['a']],
    ['name[givenName pr]', "((u.given_name <> '' or u.family_name <> '') and u.given_name <> '')", []],
    [`groups eq "${ID}"`, `${IN_GROUP} and m.group_id = $1::uuid)`, [ID]],
    ['groups[display eq "A" and type eq "direct"]', `${IN_GROUP} and mg.display_name_key = $1)`, ['a']],
    ['groups.type eq "indirect"', 'false', []],
  ])('%s', (text, sql, parameters) => {
    expect(compiled(text, 'User', WHOLE)).toEqual([sql, parameters]);
  });
});

describe('an attribute kept in a jsonb document is only another entry of the table', () => {
  const column = 'u.attributes';
  const phone = attribute({
    name: 'phoneNumbers',
    description: 'Telephone numbers.',
    type: 'complex',
    multiValued: true,
    storage: { in: 'document', column, path: ['phoneNumbers'] },
    subAttributes: [
      attribute({
        name: 'value',
        description: 'The number.',
        caseExact: true,
        storage: { in: 'element', name: 'value' },
      }),
      attribute({
        name: 'primary',
        description: 'The preferred one.',
        type: 'boolean',
        storage: { in: 'element', name: 'primary' },
      }),
    ],
  });
  const nickName = attribute({
    name: 'nickName',
    description: 'The casual name.',
    storage: { in: 'document', column, path: ['nickName'] },
  });
  const schema = { ...STANDARD_USER.schema, attributes: [nickName, phone] };
  const profile: FilterProfile = {
    name: 'wide',
    filters: 'all',
    resources: { ...EVERYTHING.resources, User: { ...STANDARD_USER, schema } },
  };
  const list = "u.attributes #> '{phoneNumbers}'";
  const some = `exists (select 1 from jsonb_array_elements( case jsonb_typeof(${list}) when 'array' then ${list} else '[]' end) with ordinality as e (value, place) where true`;

  test.each([
    ['nickName eq "A"', `${folded("(u.attributes #>> '{nickName}')")} = ${folded('$1')}`, ['A']],
    ['nickName pr', "(u.attributes #>> '{nickName}') <> ''", []],
    ['phoneNumbers pr', `${some})`, []],
    [
      'phoneNumbers[value sw "+1" and primary eq true]',
      `${some} and ((e.value ->> 'value') like $1 and (e.value ->> 'primary') = $2))`,
      ['+1%', 'true'],
    ],
  ])('%s', (text, sql, parameters) => {
    expect(compiled(text, 'User', profile)).toEqual([sql, parameters]);
  });
});

test('every rule of a profile names an attribute of its table', () => {
  if (STANDARD.filters === 'all') throw new Error('standard is restricted');
  for (const [resource, rules] of Object.entries(STANDARD.filters.paths)) {
    const table = STANDARD.resources[resource as ResourceName];
    for (const { path } of rules) expect(findAttribute(table, path)?.path).toBe(path);
  }
});
