import { foldGroupPatch } from '../../src/scim/group-patch.js';
import { PATCH_OP, type PatchOperation, parsePatch } from '../../src/scim/patch.js';
import { foldUserPatch } from '../../src/scim/user-patch.js';
import {
  add,
  CORE,
  ENTERPRISE,
  lena,
  NUMBER,
  operations,
  pathless,
  refusalOf,
  remove,
  replace,
} from './resource-cases.js';
import { tapeBodies } from './tape-bodies.js';

describe('parsePatch', () => {
  const one = [replace('title', 'x')];

  it.each<[string, unknown]>([
    ['as the RFC writes it', { schemas: [PATCH_OP], Operations: one }],
    ['small letters', { schemas: [PATCH_OP], operations: one }],
    [
      'capital members and verbs',
      { Schemas: [PATCH_OP], OPERATIONS: [{ Op: 'Replace', Path: 'title', Value: 'x' }] },
    ],
    ['the URN in another case', { schemas: [PATCH_OP.toUpperCase()], Operations: one }],
    ['the URN among others', { schemas: ['urn:x', PATCH_OP], Operations: one }],
    ['the URN without a list', { schemas: PATCH_OP, Operations: one }],
    ['white space around the path', { schemas: [PATCH_OP], Operations: [replace(' title ', 'x')] }],
  ])('reads %s', (_name, body) => {
    expect(parsePatch(body)).toEqual([
      { op: 'replace', path: { text: 'title', head: 'title' }, value: 'x', ordinal: 1, total: 1 },
    ]);
  });

  it.each([[undefined], [null], ['']])('path %j is no path', (path) => {
    expect(operations({ op: 'add', path, value: {} })[0]).not.toHaveProperty('path');
  });

  it.each<[string, string, string | undefined, string | undefined]>([
    ['title', 'title', undefined, undefined],
    ['name.givenName', 'name.givenName', undefined, undefined],
    ['$ref', '$ref', undefined, undefined],
    [NUMBER, NUMBER, undefined, undefined],
    [`${CORE}:name.familyName`, `${CORE}:name.familyName`, undefined, undefined],
    ['emails[type eq "work"]', 'emails', 'compare', undefined],
    ['emails[type eq "work"].value', 'emails', 'compare', 'value'],
    [`${CORE}:emails[type eq "work"].value`, `${CORE}:emails`, 'compare', 'value'],
    ['emails[type eq "work" and primary eq true].value', 'emails', 'and', 'value'],
    ['emails[not (type eq "work")]', 'emails', 'not', undefined],
    ['emails[value eq "a]b"].type', 'emails', 'compare', 'type'],
    ['emails[value eq "a\\"]b"].type', 'emails', 'compare', 'type'],
    [
      `${ENTERPRISE.replace(':User', 'User')}:department`,
      `${ENTERPRISE.replace(':User', 'User')}:department`,
      undefined,
      undefined,
    ],
    [
      'http://schemas.contoso.example/2.0/User:badge',
      'http://schemas.contoso.example/2.0/User:badge',
      undefined,
      undefined,
    ],
  ])('path %s', (path, head, filter, part) => {
    expect(operations(replace(path, 'x'))[0]?.path).toMatchObject({
      head,
      ...(filter && { filter: { kind: filter } }),
      ...(part && { part }),
    });
  });

  it.each<[string, unknown, string, string]>([
    ['no body', null, 'invalidSyntax', 'JSON object'],
    ['a list', [], 'invalidSyntax', 'JSON object'],
    ['B22 no schemas', { Operations: one }, 'invalidSyntax', PATCH_OP],
    ['other schemas', { schemas: [CORE], Operations: one }, 'invalidSyntax', PATCH_OP],
    ['schemas of numbers', { schemas: [1], Operations: one }, 'invalidSyntax', PATCH_OP],
    ['no operations', { schemas: [PATCH_OP] }, 'invalidSyntax', 'nothing arrived'],
    ['an empty list', { schemas: [PATCH_OP], Operations: [] }, 'invalidSyntax', 'an empty list'],
    ['operations no list', { schemas: [PATCH_OP], Operations: one[0] }, 'invalidSyntax', 'an object'],
    [
      'an operation no object',
      { schemas: [PATCH_OP], Operations: [one[0], 'x'] },
      'invalidSyntax',
      'Operation 2 of 2: ',
    ],
    ['a null operation', { schemas: [PATCH_OP], Operations: [null] }, 'invalidSyntax', 'Operation 1 of 1: '],
    [
      'no op',
      { schemas: [PATCH_OP], Operations: [{ path: 'title', value: 'x' }] },
      'invalidSyntax',
      '"op" must be',
    ],
    [
      'another op',
      { schemas: [PATCH_OP], Operations: [one[0], { op: 'move', path: 'title' }, one[0]] },
      'invalidSyntax',
      'Operation 2 of 3: "op" must be add, remove or replace, but the string "move" arrived.',
    ],
    ['op a number', { schemas: [PATCH_OP], Operations: [{ op: 1 }] }, 'invalidSyntax', 'the number 1'],
    [
      'path a number',
      { schemas: [PATCH_OP], Operations: [{ op: 'add', path: 5 }] },
      'invalidPath',
      'the number 5',
    ],
    [
      'path a list',
      { schemas: [PATCH_OP], Operations: [{ op: 'add', path: ['title'] }] },
      'invalidPath',
      'a list',
    ],
  ])('refuses %s', (_name, body, scimType, text) => {
    const error = refusalOf(() => parsePatch(body));
    expect(error).toMatchObject({ code: 'INVALID_INPUT', scimType });
    expect(error.message).toContain(text);
  });

  it.each([
    ['.title'],
    ['title.'],
    ['name..givenName'],
    ['a.b.c'],
    ['9title'],
    ['my title'],
    ['title]'],
    ['[type eq "work"]'],
    ['emails['],
    ['emails[]'],
    ['emails[type]'],
    ['emails[type eq]'],
    ['emails[type eq "work"'],
    ['emails[type eq "work]'],
    ['emails[type eq "work"]value'],
    ['emails[type eq "work"].'],
    ['emails[type eq "work"].a.b'],
    ['emails[type eq "work"][primary eq true]'],
    ['emails[a[b eq 1]]'],
    ['emails[0]'],
    ['__proto__'],
    [`emails[${'('.repeat(2_000)}`],
    [`a${'x'.repeat(5_000)}`],
    [`emails[${'type eq "work" or '.repeat(150)}type eq "x"]`],
  ])('refuses the path %s', (path) => {
    const error = refusalOf(() => operations(replace('title', 'x'), replace(path, 'x')));
    expect(error).toMatchObject({ code: 'INVALID_INPUT', scimType: 'invalidPath' });
    expect(error.message).toMatch(/^Operation 2 of 2: The path ".*" cannot be used: [^.].*[^.]\.$/);
    expect(error.message.length).toBeLessThan(400);
  });

  it('a thousand operations and no more', () => {
    const list = new Array(1_001).fill(replace('title', 'x'));
    expect(operations(...list.slice(1))).toHaveLength(1_000);
    expect(refusalOf(() => operations(...list))).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      scimType: 'tooMany',
    });
  });
});

describe('every PATCH body of the tapes', () => {
  it.each(tapeBodies('/Users', ['PATCH']))('%s', (_name, { body, refused }) => {
    const fold = () => foldUserPatch(parsePatch(body), lena);
    if (refused) expect(refusalOf(fold)).toMatchObject({ code: 'INVALID_INPUT' });
    else expect(fold()).toEqual(expect.any(Object));
  });

  it.each(tapeBodies('/Groups', ['PATCH']))('%s', (_name, { body, refused }) => {
    const fold = () => foldGroupPatch(parsePatch(body));
    if (refused) expect(refusalOf(fold)).toMatchObject({ code: 'INVALID_INPUT' });
    else expect(Object.keys(fold())).not.toHaveLength(0);
  });
});

describe('cost', () => {
  const numbered = (list: unknown[]) =>
    list.map((value, index): PatchOperation => {
      const [operation] = operations(value);
      if (!operation) throw new Error('no operation');
      return { ...operation, ordinal: index + 1, total: list.length };
    });

  /**
   * Processor time of this process, not of the clock: what others do on the machine is not counted. The best of five, so
   * that a collection of garbage is not taken for a quadratic fold.
   */
  function milliseconds(work: () => unknown): number {
    const runs = [0, 1, 2, 3, 4].map(() => {
      const start = process.cpuUsage();
      work();
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1_000;
    });
    return Math.min(...runs);
  }

  const groupWork = (count: number) => {
    const list = numbered(
      Array.from({ length: count }, (_, i) =>
        i % 2 ? add('members', [{ value: `u${i}` }]) : remove(`members[value eq "u${i - 1}"]`),
      ),
    );
    return milliseconds(() => foldGroupPatch(list));
  };
  const userWork = (count: number) => {
    const list = numbered(
      Array.from({ length: count }, (_, i) =>
        i % 2
          ? replace('emails[type eq "work"].value', `a${i}@x.example`)
          : pathless({ 'name.givenName': `G${i}` }),
      ),
    );
    return milliseconds(() => foldUserPatch(list, lena));
  };

  it.each<[string, (count: number) => number]>([
    ['group', groupWork],
    ['user', userWork],
  ])('folding 10,000 operations on a %s is linear', (_name, work) => {
    work(1_000);
    const few = work(1_000);
    const many = work(10_000);
    // Ten times as many: 10 when linear, 100 when quadratic.
    expect(many).toBeLessThan(Math.max(few, 1) * 50);
  });
});
