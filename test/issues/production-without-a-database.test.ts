import { readFileSync } from 'node:fs';
import { readConfig } from '../../src/config.js';

const production = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://id.example.com',
  SECRET_KEY: 'thirty-two characters, or some more',
};

// A misspelt variable was enough: the process started an embedded PostgreSQL, migrated it, and answered for an empty directory.
it.each([{}, { DATABASE_URL: '' }])('a production process refuses to start without a database: %j', (more) =>
  expect(() => readConfig({ ...production, ...more })).toThrow('DATABASE_URL: is required in production'),
);

it('with one it starts', () => {
  const databaseUrl = 'postgresql://rollcall:secret@db.internal:5432/rollcall';
  expect(readConfig({ ...production, DATABASE_URL: databaseUrl })).toMatchObject({ databaseUrl });
});

// Compose hands over what is named and nothing else: these were ignored without a word.
it.each([
  'PROVISIONING_LOG_MONTHS',
  'SCIM_REQUESTS_PER_SECOND',
  'SCIM_BURST',
  'SCIM_HELD_BACK',
  'GRAPHQL_DOCUMENTS',
])('docker-compose.yml passes on %s', (name) =>
  expect(readFileSync('docker-compose.yml', 'utf8')).toContain(`    ${name}: \${${name}:-}\n`),
);
