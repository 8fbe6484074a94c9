import './typescript-hooks.mjs';

// JavaScript, because Jest loads an ESM set-up file without transforming it; the hooks let it use the product's sources.

/** One throw-away PostgreSQL for the whole run. Fast rather than durable: nothing in it outlives the run. */
export default async function setUp() {
  const [{ keepFolder }, { openEmbeddedPostgres }, { readState }] = await Promise.all([
    import('./keep.ts'),
    import('../../src/embedded/postgres.ts'),
    import('../../src/embedded/state.ts'),
  ]);
  const kept = keepFolder('test');
  const postgres = await openEmbeddedPostgres({
    dataDir: kept.folder,
    durable: false,
    settings: {
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      autovacuum: 'off',
      max_connections: '300',
    },
    log: () => {},
  });
  process.env.ROLLCALL_TEST_DATABASE_URL = postgres.url;
  process.env.ROLLCALL_TEST_ADMIN_PASSWORD = readState(kept.folder).adminPassword;
  globalThis.rollcallTestFolder = kept;
}
