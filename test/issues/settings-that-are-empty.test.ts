import { readFileSync } from 'node:fs';
import { readConfig } from '../../src/config.js';

const example = readFileSync('.env.example', 'utf8');
const names = [...example.matchAll(/^([A-Z_]+)=/gm)].map(([, name = '']) => name);

// `PORT=` listened on a port nobody knew, `DATA_DIR=` kept the data in the folder one happened to be in, and `ROLE=` was
// refused, though .env.example says that an empty value means the same as none.
it('an empty value means the same as none for every setting', () => {
  expect(names.length).toBeGreaterThan(15);
  expect(readConfig(Object.fromEntries(names.map((name) => [name, ''])))).toEqual(readConfig({}));
});

it('the values of .env.example are the defaults', () => {
  const lines = [...example.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]);
  expect(readConfig(Object.fromEntries(lines))).toEqual(readConfig({}));
});

it.each([
  [{ PORT: 'http' }, 'PORT: must be a whole number from 0 to 65535'],
  [{ SCIM_BURST: '0' }, 'SCIM_BURST: must be a whole number from 1 to 1000000'],
  [{ NODE_ENV: 'prod' }, 'NODE_ENV: '],
  [{ DATABASE_URL: 'postgresql://a:b/c@host/d' }, 'DATABASE_URL: must be a PostgreSQL URL'],
])('says what a setting must be: %j', (environment, sentence) => {
  expect(() => readConfig(environment)).toThrow(sentence);
});
