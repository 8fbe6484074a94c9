import { safeReturnPath } from '../../src/signin/return-path.js';

const EVIL = [
  '//evil.example',
  '///evil.example',
  '////evil.example/x',
  '/\\evil.example',
  '\\/evil.example',
  '\\\\evil.example',
  '/\\/evil.example',
  '//\\evil.example',
  '/./\\evil.example',
  '/.//evil.example',
  '/..//evil.example',
  '/x/..//evil.example',
  '/x/../..//evil.example',
  '/./..//evil.example',
  '/%2e//evil.example',
  '/%2e%2e//evil.example',
  '/%2f/evil.example',
  '/%2fevil.example',
  '/%2F%2Fevil.example',
  '%2f%2fevil.example',
  '/%5cevil.example',
  '/%5C%5Cevil.example',
  '/x//evil.example',
  'https://evil.example',
  'https:evil.example',
  'https:/evil.example',
  'http://evil.example',
  'HTTPS://evil.example',
  'ftp://evil.example',
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'java\tscript:alert(1)',
  'data:text/html,x',
  'vbscript:x',
  'blob:https://x',
  'about:blank',
  'mailto:a@b',
  '@evil.example',
  '/@evil.example\\',
  '.evil.example',
  'evil.example',
  'evil.example/path',
  '?next=//evil.example',
  '#//evil.example',
  ':80',
  '',
  ' ',
  ' /x',
  ' //evil.example',
  '\t//evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '/\r\n/evil.example',
  '/x\r\nSet-Cookie: a=b',
  '/\u0000/evil.example',
  '/\u00a0/evil.example',
  '/\u3000/evil.example',
  '/\u2028x',
  '\u2044\u2044evil.example',
  '/\uff0fevil.example',
  '/ä',
  '/x y',
  '/\u202eevil',
  'x'.repeat(2_000),
  `/${'x'.repeat(2_000)}`,
  '/\ud800',
  '/x\\y',
  '/?a=\\',
  'http:///evil.example',
  '/\u2215evil.example',
  '/\u29f8/evil.example',
  '//user:pass@evil.example',
] as const;

describe('abuse 22: where a sign-in may lead', () => {
  it(`${EVIL.length} strings that a browser could read as another place lead nowhere`, () => {
    expect(EVIL.filter((path) => safeReturnPath(path) !== undefined)).toEqual([]);
    expect(EVIL.length).toBeGreaterThanOrEqual(70);
  });

  it.each(['/', '/reports', '/reports?week=3&to=https://x.example/', '/a/b#c', '/@me', '/a%20b', '/x?y=//z'])(
    'a path of ours stays: %s',
    (path) => expect(safeReturnPath(path)).toBe(path),
  );

  it('what is no text leads nowhere', () => {
    expect([undefined, null, 1, ['/x'], {}].map(safeReturnPath)).toEqual(Array(5).fill(undefined));
  });
});
