import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROUTES } from '../../src/scim/route-list.js';
import { routesOf } from '../isolation/route-table.js';
import { startProduct, type TestProduct } from '../support/product.js';

let product: TestProduct;

beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.close());

const ROOT = new URL('../../', import.meta.url).pathname;
const DOCUMENT = readFileSync(path.join(ROOT, 'docs/scim.md'), 'utf8');

interface Row {
  route: string;
  section: string;
  rules: string;
  operations: string[];
  file: string;
  title: string;
}

const ROWS: Row[] = DOCUMENT.split('\n')
  .filter((line) => /^\| `(GET|POST|PUT|PATCH|DELETE) /.test(line))
  .map((line) => {
    const [, route = '', section = '', rules = '', operation = '', , test = ''] = line
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim());
    const [, file = '', title = ''] = /^`([^`]+)`: (.*)$/.exec(test) ?? [];
    const operations = [...operation.matchAll(/`(\w+)`/g)].map(([, name = '']) => name);
    return { route: route.replaceAll('`', ''), section, rules, operations, file, title };
  });

const OPERATIONS = readdirSync(path.join(ROOT, 'src/directory'))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(path.join(ROOT, 'src/directory', name), 'utf8'))
  .flatMap((text) =>
    [...text.matchAll(/^export const (\w+)(?: = (?:command|query)\(|: Operation<)/gm)].map(
      ([, name = '']) => name,
    ),
  );

describe('the table of routes in docs/scim.md', () => {
  it('has every route of the router, and no other', () => {
    const mounted = routesOf(product.app)
      .filter((route) => / \/scim\/v2(\/|$)/.test(route) && !route.startsWith('HEAD '))
      .map((route) => route.replace(/ \/scim\/v2\/?/, ' /'));
    expect(ROWS.map(({ route }) => route).sort()).toEqual([...new Set(mounted)].sort());
  });

  it.each(ROWS.map((row) => [row.route, row] as const))(
    '%s names its section, its rules and its operations',
    (route, row) => {
      const listed = ROUTES.find(({ method, path: at }) => `${method} ${at}` === route);
      expect(listed).toBeDefined();
      if (row.section !== 'none') expect(row.section).toBe(listed?.section);
      const rules = row.rules.match(/B\d+/g)?.map((rule) => Number(rule.slice(1))) ?? [];
      for (const rule of rules) expect(rule >= 5 && rule <= 31).toBe(true);
      for (const name of row.operations) {
        if (!/^(Users|Groups)$/.test(name)) expect(OPERATIONS).toContain(name);
      }
    },
  );

  it.each(ROWS.map((row) => [row.route, row] as const))(
    'the test that %s names exists',
    (_route, { file, title }) => {
      const name = path.join(ROOT, 'test/scim', `${file}.test.ts`);
      expect(existsSync(name)).toBe(true);
      const text = readFileSync(name, 'utf8').replaceAll("\\'", "'");
      expect(title).not.toBe('');
      expect(text).toContain(title);
    },
  );
});

it('every file that docs/scim.md names exists', () => {
  const named = [
    ...DOCUMENT.matchAll(/`((?:src|test|docs)\/[\w./-]+\.ts)`|\]\((decisions\/[\w-]+\.md)\)/g),
  ].map(([, file, page]) => file ?? `docs/${page}`);
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
});

describe('what docs/scim.md says is not supported', () => {
  it('is answered as it says', async () => {
    const acme = await product.organization();
    const filter = async (text: string) =>
      (await acme.scim('GET', `/Users?filter=${encodeURIComponent(text)}`)).status;
    expect((await acme.scim('GET', '/Me')).status).toBe(501);
    for (const text of [
      'title eq "x"',
      'userName co "x"',
      'userName eq "x" or id eq "y"',
      'not (userName eq "x")',
    ]) {
      expect([text, await filter(text)]).toEqual([text, 501]);
    }
    expect(await filter('userName eq')).toBe(400);
  });
});
