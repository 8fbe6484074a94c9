import { readFileSync } from 'node:fs';
import { PROTOCOL_CODES, WIRE } from '../../graphql/errors.js';
import { ERROR_CODES } from '../../src/kernel/errors.js';

it('docs/graphql.md says of every code what it means and which HTTP status it has', () => {
  const rows = readFileSync('docs/graphql.md', 'utf8').matchAll(
    /^\| `([A-Z_]+)` \| (\d{3}) \| (\d{3}) \| (.{20,}) \|$/gm,
  );
  const documented = [...rows].map(([, code = '', refused, failed]) => [
    code,
    { refused: Number(refused), failed: Number(failed) },
  ]);
  expect(Object.fromEntries(documented)).toEqual(WIRE);
  expect(documented.map(([code]) => code)).toEqual([...ERROR_CODES]);
});

it('and of every code that GraphQL itself gives', () => {
  const text = readFileSync('docs/graphql.md', 'utf8');
  const own = Object.values(PROTOCOL_CODES).filter(
    (code) => !(ERROR_CODES as readonly string[]).includes(code),
  );
  expect(own.filter((code) => !text.includes(`\`${code}\``))).toEqual([]);
});
