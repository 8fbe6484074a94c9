import type { Filter } from '../../src/directory/filter/ast.js';
import { compileFilter } from '../../src/directory/filter/compile.js';
import { parseFilter } from '../../src/directory/filter/parse.js';
import { EVERYTHING, STANDARD } from '../../src/directory/profile.js';
import { DomainError } from '../../src/kernel/errors.js';

/** A tree on one line: `(and (eq userName "a") emails{(eq type "work")})`. */
function show(filter: Filter): string {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return `(${filter.kind} ${filter.operands.map(show).join(' ')})`;
    case 'not':
      return `(not ${show(filter.operand)})`;
    case 'element':
      return `${filter.path}{${show(filter.condition)}}`;
    case 'present':
      return `(pr ${filter.path})`;
    case 'compare':
      return `(${filter.operator} ${filter.path} ${JSON.stringify(filter.value)})`;
  }
}

function refusal(action: () => unknown): DomainError {
  try {
    action();
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  throw new Error('was not refused');
}

/** The whole language on the attributes of the standard profile. */
const WHOLE = { ...EVERYTHING, resources: STANDARD.resources };

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';

describe('parseFilter reads the grammar of RFC 7644 section 3.4.2.2', () => {
  test.each([
    // Every operator, in any letter case, with every kind of value.
    ['userName eq "lena"', '(eq userName "lena")'],
    ['userName Eq "lena"', '(eq userName "lena")'],
    ['userName EQ "lena"', '(eq userName "lena")'],
    ['userName ne "lena"', '(ne userName "lena")'],
    ['userName co "len"', '(co userName "len")'],
    ['userName sw "l"', '(sw userName "l")'],
    ['userName eW "a"', '(ew userName "a")'],
    ['meta.lastModified gt "2011-05-13T04:42:34Z"', '(gt meta.lastModified "2011-05-13T04:42:34Z")'],
    ['meta.lastModified ge "x"', '(ge meta.lastModified "x")'],
    ['meta.lastModified lt "x"', '(lt meta.lastModified "x")'],
    ['meta.lastModified LE "x"', '(le meta.lastModified "x")'],
    ['title pr', '(pr title)'],
    ['title PR', '(pr title)'],
    ['active eq true', '(eq active true)'],
    ['active eq False', '(eq active false)'],
    ['title eq null', '(eq title null)'],
    ['x eq 0', '(eq x 0)'],
    ['x eq -12.5e+3', '(eq x -12500)'],
    ['x eq 1E2', '(eq x 100)'],
    ['x-y_2 eq 1', '(eq x-y_2 1)'],
    ['members.$ref eq "x"', '(eq members.$ref "x")'],
    ['$ref eq "x"', '(eq $ref "x")'],
    // Strings are JSON strings.
    ['userName eq ""', '(eq userName "")'],
    ['userName eq "O\'Connor+ub@x.example"', '(eq userName "O\'Connor+ub@x.example")'],
    ['userName eq "a\\"b"', '(eq userName "a\\"b")'],
    ['userName eq "a\\\\"', '(eq userName "a\\\\")'],
    ['userName eq "a\\/b"', '(eq userName "a/b")'],
    ['userName eq "\\b\\f\\n\\r\\t"', '(eq userName "\\b\\f\\n\\r\\t")'],
    ['userName eq "\\u00e9\\u6771"', '(eq userName "é東")'],
    ['userName eq "\\ud83d\\ude00"', '(eq userName "😀")'],
    ['userName eq "😀 and 東京"', '(eq userName "😀 and 東京")'],
    ['userName eq ") or (title pr"', '(eq userName ") or (title pr")'],
    // Names with URNs.
    [`${CORE}:userName eq "x"`, `(eq ${CORE}:userName "x")`],
    [`${ENTERPRISE}:employeeNumber pr`, `(pr ${ENTERPRISE}:employeeNumber)`],
    // not > and > or; chains are one node.
    ['a pr and b pr', '(and (pr a) (pr b))'],
    ['a pr AND b pr And c pr', '(and (pr a) (pr b) (pr c))'],
    ['a pr or b pr or c pr', '(or (pr a) (pr b) (pr c))'],
    ['a pr or b pr and c pr', '(or (pr a) (and (pr b) (pr c)))'],
    ['a pr and b pr or c pr', '(or (and (pr a) (pr b)) (pr c))'],
    ['(a pr or b pr) and c pr', '(and (or (pr a) (pr b)) (pr c))'],
    ['not (a pr) and b pr', '(and (not (pr a)) (pr b))'],
    ['NOT(a pr or b pr)', '(not (or (pr a) (pr b)))'],
    ['not (not (a pr))', '(not (not (pr a)))'],
    ['((a pr))', '(pr a)'],
    // Value paths.
    ['emails[type eq "work"]', 'emails{(eq type "work")}'],
    ['emails[type eq "work" and value co "@x"]', 'emails{(and (eq type "work") (co value "@x"))}'],
    ['emails[type eq "work" or type eq "home"]', 'emails{(or (eq type "work") (eq type "home"))}'],
    ['emails[not (type eq "work")]', 'emails{(not (eq type "work"))}'],
    ['emails[(type eq "work")]', 'emails{(eq type "work")}'],
    ['emails[type eq "work"].value eq "x"', 'emails{(and (eq type "work") (eq value "x"))}'],
    ['emails[type eq "work"].value pr', 'emails{(and (eq type "work") (pr value))}'],
    [
      'emails[type eq "work"].value eq "x" and a pr',
      '(and emails{(and (eq type "work") (eq value "x"))} (pr a))',
    ],
    ['emails[type eq "work"] and a pr', '(and emails{(eq type "work")} (pr a))'],
    ['a pr or emails[type eq "work"]', '(or (pr a) emails{(eq type "work")})'],
    [`${CORE}:emails[type eq "work"]`, `${CORE}:emails{(eq type "work")}`],
    // The customer's own spellings, and what clients leave out.
    ['emails[type eq="work"]', 'emails{(eq type "work")}'],
    ['emails[type eq="work"] eq "x"', 'emails{(and (eq type "work") (eq value "x"))}'],
    ['emails[type eq ="work"] pr', 'emails{(and (eq type "work") (pr value))}'],
    ['userName eq= "x"', '(eq userName "x")'],
    ['userName eq"x"', '(eq userName "x")'],
    [' \t userName  eq \n "x"  ', '(eq userName "x")'],
    ['emails [ type eq "work" ] .value eq "x"', 'emails{(and (eq type "work") (eq value "x"))}'],
  ])('%s', (text, tree) => {
    expect(show(parseFilter(text))).toBe(tree);
  });
});

describe('parseFilter says where a filter cannot be read and what was expected (B12)', () => {
  const nested = (depth: number) => `${'('.repeat(depth)}a pr${')'.repeat(depth)}`;
  const terms = (count: number) => Array(count).fill('a pr').join(' and ');

  test.each([
    ['', 1, 'expected an attribute name, "not" or "("; found the end of the filter'],
    ['   ', 4, 'found the end of the filter'],
    ['userName', 9, 'expected an operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr); found the end'],
    [
      'userName eq',
      12,
      'expected a value: text in double quotes, a number, true, false or null; found the end',
    ],
    ['userName is "x"', 10, "found 'is'"],
    ['userName = "x"', 10, "expected an operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr); found '='"],
    ['userName co="x"', 12, "found '='"],
    [
      'userName eq=="x"',
      13,
      "expected a value: text in double quotes, a number, true, false or null; found '='",
    ],
    ["userName eq 'x'", 13, 'text must be in double quotes, not single quotes'],
    ['userName eq lena', 13, "found 'lena'"],
    ['id eq 0f1c2d3e', 7, "expected text in double quotes or a number; found '0f1c2d3e'"],
    ['x eq 01', 6, "found '01'"],
    ['x eq -', 6, "found '-'"],
    ['x eq 1.', 6, "found '1.'"],
    ['userName eq "x', 13, 'this text has no closing double quote'],
    ['userName eq "x\\"', 13, 'this text has no closing double quote'],
    ['userName eq "\\x"', 14, 'after the backslash'],
    ['userName eq "\\', 14, 'after the backslash'],
    ['userName eq "\\u12g4"', 16, 'expected four hexadecimal digits'],
    ['userName eq "\\u12"', 16, 'expected four hexadecimal digits'],
    ['userName eq "a\nb"', 15, 'control characters in text must be written as escapes'],
    ['userName eq "a\u0000b"', 15, 'control characters'],
    ['userName eq "a\\u0000b"', 13, 'without NUL characters and unpaired surrogates'],
    ['userName eq "\ud83d"', 13, 'without NUL characters and unpaired surrogates'],
    ['userName eq "\\ud83d"', 13, 'without NUL characters and unpaired surrogates'],
    ['userName eq "\\ude00\\ud83d"', 13, 'without NUL characters and unpaired surrogates'],
    ['userName\u0000 eq "x"', 9, "found '\uFFFD'"],
    ['userName eq "x" title pr', 17, 'expected "and", "or" or the end of the filter; found \'title\''],
    ['userName eq "x" & title pr', 17, "found '&'"],
    ['a pr and', 9, 'expected an attribute name, "not" or "("; found the end of the filter'],
    ['a pr and or b pr', 10, "expected an attribute name; found 'or'"],
    ['and a pr', 1, "expected an attribute name; found 'and'"],
    ['"a" eq "b"', 1, 'expected an attribute name, "not" or "("; found \'"a"\''],
    ['5 eq 5', 1, 'expected an attribute name'],
    ['.value eq "x"', 1, "expected an attribute name; found '.value'"],
    ['name. eq "x"', 1, "found 'name.'"],
    ['name..x eq "x"', 1, "found 'name..x'"],
    ['not a pr', 5, 'expected "(" after "not"; found \'a\''],
    ['not', 4, 'expected "(" after "not"'],
    ['(a pr', 6, 'expected "and", "or" or ")"; found the end of the filter'],
    ['a pr)', 5, "found ')'"],
    ['()', 2, 'expected an attribute name, "not" or "("; found \')\''],
    ['emails[]', 8, "found ']'"],
    ['emails[type eq "work"', 22, 'expected "and", "or" or "]"; found the end of the filter'],
    ['emails[type eq "work")', 22, "found ')'"],
    ['emails[type eq "work"].value', 29, 'expected an operator'],
    ['emails[type eq "work"]. eq "x"', 23, 'expected a sub-attribute such as ".value"; found \'.\''],
    ['emails[type eq "work"] value eq "x"', 24, "found 'value'"],
    ['a[b[c pr]]', 4, 'one value path cannot hold another'],
    ['[type eq "work"]', 1, "found '['"],
    ['😀😀 eq "x"', 1, "found '😀'"],
    ['a eq "😀" ! b pr', 10, "found '!'"],
    [nested(33), 33, 'brackets may be nested at most 32 deep'],
    [terms(101), 901, 'a filter may hold at most 100 comparisons'],
    [`userName eq "${'x'.repeat(2_048)}"`, 1, 'a filter may be at most 2048 bytes long'],
    [`userName eq "${'東'.repeat(700)}"`, 1, 'a filter may be at most 2048 bytes long'],
  ])('%j', (text, position, sentence) => {
    const error = refusal(() => parseFilter(text));
    expect(error.message).toContain(`not valid at character ${position}: `);
    expect(error.message).toContain(sentence);
    expect(error).toMatchObject({ code: 'INVALID_INPUT', field: 'filter', scimType: 'invalidFilter' });
  });

  test('the limits themselves are still read', () => {
    expect(() => parseFilter(nested(32))).not.toThrow();
    expect(() => parseFilter(terms(100))).not.toThrow();
    expect(() => parseFilter(Array(40).fill('(a pr)').join(' and '))).not.toThrow();
    expect(() => parseFilter(`userName eq "${'x'.repeat(2_048 - 14)}"`)).not.toThrow();
  });
});

describe('a well-formed filter that the standard profile does not answer is NOT_SUPPORTED (B12, B25)', () => {
  test.each([
    ['User', 'title eq "x"', "the attribute 'title' at character 1"],
    ['User', 'nickName eq "x"', "the attribute 'nickName' at character 1"],
    ['User', 'active eq true', "the attribute 'active' at character 1"],
    ['User', 'name.givenName eq "x"', "the attribute 'name.givenName'"],
    ['User', 'groups.value eq "x"', "the attribute 'groups.value'"],
    ['User', `${ENTERPRISE}:employeeNumber eq "x"`, "the attribute 'urn:"],
    ['User', 'emails.type eq "work"', "the attribute 'emails.type'"],
    ['User', 'emails[primary eq true]', "the attribute 'emails.primary' at character 8"],
    ['User', 'emails[display eq "x"]', "the attribute 'emails.display'"],
    ['User', 'userName[value eq "x"]', "the attribute 'userName.value'"],
    ['User', 'userName sw "a"', "the operator 'sw' at character 10"],
    ['User', 'userName pr', "the operator 'pr' at character 10"],
    ['User', 'emails[type ne "work"]', "the operator 'ne' at character 13"],
    ['User', 'emails[type eq "work"].value co "x"', "the operator 'co' at character 30"],
    ['User', 'email Co "x"', "the attribute 'email'"],
    ['User', 'userName eq "a" or userName eq "b"', "'or' at character 17"],
    ['User', 'not (userName eq "a")', "'not' at character 1"],
    ['User', 'userName eq "a" and (id eq "b" or id eq "c")', "'or' at character 32"],
    ['User', 'emails[type eq "work" or type eq "home"]', "'or' at character 23"],
    ['User', 'constructor eq "x"', "the attribute 'constructor'"],
    ['User', 'members eq "x"', "the attribute 'members'"],
    ['Group', 'displayName co "Mark"', "the operator 'co' at character 13"],
    ['Group', 'members[value eq "x"] or id eq "y"', "'or' at character 23"],
    ['Group', 'members.type eq "User"', "the attribute 'members.type'"],
    ['Group', 'userName eq "x"', "the attribute 'userName'"],
  ] as const)('%s: %s', (resource, text, what) => {
    const error = refusal(() => compileFilter(text, resource, STANDARD));
    expect(error.message).toContain(what);
    expect(error.message).toContain(
      resource === 'User'
        ? 'What works: userName eq "...", externalId eq "...", id eq "...", emails[type eq "work"]'
        : 'What works: displayName eq "...", externalId eq "...", id eq "...", members.value eq "..."',
    );
    expect(error).toMatchObject({ code: 'NOT_SUPPORTED', field: 'filter' });
  });

  test('what does not parse is 400 even when its attribute is not supported', () => {
    expect(refusal(() => compileFilter('title eq "x', 'User', STANDARD)).code).toBe('INVALID_INPUT');
  });
});

describe('where everything is answered, what cannot be compared is invalidFilter', () => {
  test.each([
    ['nickName pr', 1, "User has no attribute 'nickName'"],
    ['name.middleName pr', 1, "User has no attribute 'name.middleName'"],
    ['name.givenName.x pr', 1, 'User has no attribute'],
    ['emails[display pr]', 8, "User has no attribute 'emails.display'"],
    ['title[value pr]', 1, 'title has no sub-attributes'],
    ['name eq "x"', 1, 'compare one of name.givenName, name.familyName'],
    ['active gt true', 8, 'active is true or false; compare it with eq or ne, not gt'],
    ['active co "tr"', 11, 'active is compared with true or false'],
    ['active sw "true"', 8, 'compare it with eq or ne, not sw'],
    ['active eq "yes"', 11, 'active is compared with true or false'],
    ['active eq 1', 11, 'active is compared with true or false'],
    ['userName eq 5', 13, 'userName is compared with text in double quotes'],
    ['userName eq true', 13, 'userName is compared with text in double quotes'],
    ['userName gt null', 13, 'null can be compared with eq and ne, not with gt'],
    ['meta.created sw "2026"', 14, 'meta.created is a date; compare it with'],
    ['meta.created eq "2026-01-01"', 17, 'meta.created is compared with a date and time such as'],
    ['meta.created eq "2026-02-30T00:00:00Z"', 17, 'a date and time'],
    ['meta.created eq "2026-01-01T25:00:00Z"', 17, 'a date and time'],
    ['meta.created eq "0000-01-01T00:00:00Z"', 17, 'a date and time'],
    ['meta.created eq "9999-12-31T23:59:59-10:00"', 17, 'a date and time'],
    ['meta.created eq 5', 17, 'meta.created is compared with text in double quotes'],
    ['meta.location eq "x"', 1, 'meta.location is written into each answer and cannot be searched'],
  ])('%s', (text, position, sentence) => {
    const error = refusal(() => compileFilter(text, 'User', WHOLE));
    expect(error.message).toContain(`not valid at character ${position}: `);
    expect(error.message).toContain(sentence);
    expect(error).toMatchObject({ code: 'INVALID_INPUT', field: 'filter', scimType: 'invalidFilter' });
  });
});
