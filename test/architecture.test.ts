import { globSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { resolvers } from '../graphql/resolvers.js';
import { buildGraphqlSchema, schemaText } from '../graphql/schema.js';
import { PERMISSIONS } from '../src/kernel/permissions.js';

const ROOMS = ['organizations', 'mail', 'directory', 'provisioning', 'invitations', 'licensing', 'access'];
const DOORS = ['scim', 'signin', 'cli', 'graphql', 'workers'];

/** What a part may import besides itself: kernel <- organizations <- directory <- rooms <- doors <- app <- main. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  organizations: ['kernel'],
  mail: ['kernel', 'organizations'],
  directory: ['kernel', 'organizations', 'mail'],
  ...Object.fromEntries(
    ROOMS.slice(3).map((room) => [room, ['kernel', 'organizations', 'mail', 'directory']]),
  ),
  // Whoever signs in takes a license in the same transaction (B35).
  access: ['kernel', 'organizations', 'mail', 'directory', 'licensing'],
  // Whoever is let in gets a password and a license in the same transaction (B36).
  invitations: ['kernel', 'organizations', 'mail', 'directory', 'licensing', 'access'],
  ...Object.fromEntries(DOORS.map((door) => [door, ['kernel', ...ROOMS]])),
  // Starts a PostgreSQL; knows nothing of what is kept in it.
  embedded: ['kernel'],
  migrations: [],
  // src/*.ts: configuration, and the files that put every part together.
  top: ['kernel', ...ROOMS, ...DOORS, 'embedded', 'migrations'],
};

/** Imports outside of that order, and why. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'src/scim/router.ts -> src/origin.ts': 'the app hands it in',
  'src/scim/admission.ts -> src/origin.ts':
    'what a Host header means is one rule for every door; the app hands it in',
  'src/signin/authentication.ts -> src/origin.ts': 'what a Host header means is one rule for every door',
  'src/signin/door.ts -> src/origin.ts': 'what a Host header means is one rule for every door',
  'src/signin/visit.ts -> src/origin.ts': 'what a Host header means is one rule for every door',
  'src/cli/* -> src/*.ts':
    'a command is a process of its own: like main it reads the settings and opens the database',
  'src/cli/* -> src/embedded/*':
    'commands start and lock the same PostgreSQL as the server, before and without it',
};

/** Names the files of the kernel; another file needs its reason there. */
const KERNEL_PAGE = 'docs/decisions/0005-kernel-files.md';

/** The few who may leave one organization, open a transaction, or fill a queue; everyone else goes through them. */
const NAMED_CALLERS = [
  {
    call: /\brunInSystem\(/,
    files: [
      'src/access/authenticate-operator.ts',
      'src/access/authenticate-session.ts',
      'src/access/authenticate-token.ts',
      'src/access/operator-tokens.ts',
      'src/kernel/idempotency.ts',
      'src/kernel/operation.ts',
      'src/mail/links.ts',
      'src/mail/recent-mails.ts',
      'src/organizations/organizations.queries.ts',
      'src/provisioning/authenticate-connection.ts',
      'src/provisioning/keep-provisioning-log.ts',
      'src/provisioning/log-writer.ts',
      'workers/mail.worker.ts',
      'workers/outbox-relay.ts',
      'workers/sso-keeper.ts',
      'workers/sweeper.ts',
    ],
  },
  { call: /= systemQuery\(/, files: ['src/organizations/organizations.queries.ts'] },
  { call: /\brunInOrganization\(/, files: ['src/kernel/operation.ts'] },
  { call: /\.fork\(\)/, files: ['src/kernel/database.ts'] },
  { call: /\bjobs\.add\(/, files: ['workers/outbox-relay.ts'] },
];

/** Who else than src/config.ts reads the environment: what runs before anything is installed, so without zod. */
const READS_ENVIRONMENT = /^src\/cli\/bootstrap[\w-]*\.mjs$/;

const MAX_LINES = 300;
/** Half of the files are no longer than this. The rule of the house is 60; lower this number whenever it can be. */
const MEDIAN_LINES = 76;

interface Source {
  file: string;
  text: string;
  imports: { file: string; names: string }[];
}

const IMPORT = /(?:import|export)\s+([^;'"]*?)\s*(?:from\s+)?'(\.[^']+)'|import\((?:[^)']*)'(\.[^']+)'\)/g;

const sources: readonly Source[] = globSync('{src,graphql,workers,migrations}/**/*.{ts,mts,mjs}')
  .sort()
  .map((file) => {
    const text = readFileSync(file, 'utf8');
    const imports = [...text.matchAll(IMPORT)].map(([, names = '', still, lazy]) => ({
      file: path.join(path.dirname(file), still ?? lazy ?? '').replace(/\.js$/, '.ts'),
      names,
    }));
    return { file, text, imports };
  });

const product = sources.filter(({ file }) => !file.startsWith('migrations/'));

/** `src/scim/router.ts` -> scim, `graphql/user.resolver.ts` -> graphql, `src/app.ts` -> top. */
function partOf(file: string): string {
  const [head = '', second = '', ...rest] = file.split('/');
  if (head !== 'src') return head;
  return rest.length === 0 ? 'top' : second;
}

const isException = (from: string, to: string): boolean =>
  Object.keys(EXCEPTIONS).some((rule) => {
    const [left = '', right = ''] = rule.split(' -> ');
    return path.matchesGlob(from, left.replace('/*', '/**')) && path.matchesGlob(to, right);
  });

describe('import directions', () => {
  it('every folder is a part of the house', () => {
    const parts = new Set(sources.map(({ file }) => partOf(file)));
    expect([...parts].filter((part) => !(part in MAY_IMPORT))).toEqual([]);
  });

  it('rooms never look out, doors never open onto doors', () => {
    const forbidden = sources.flatMap(({ file, imports }) =>
      imports
        .filter(
          (to) => partOf(file) !== partOf(to.file) && !MAY_IMPORT[partOf(file)]?.includes(partOf(to.file)),
        )
        .filter((to) => !isException(file, to.file))
        .map((to) => `${file} -> ${to.file}`),
    );
    expect(forbidden).toEqual([]);
    expect(sources.flatMap(({ imports }) => imports).length).toBeGreaterThan(500);
  });

  it('every import names a file of this list, so that none slips through', () => {
    const files = new Set(sources.map(({ file }) => file));
    const nowhere = sources.flatMap(({ file, imports }) =>
      imports.filter((to) => !files.has(to.file)).map((to) => `${file} -> ${to.file}`),
    );
    // What it names is written while installing: a copy of itself.
    expect(nowhere).toEqual(['src/cli/bootstrap-install.mjs -> src/cli/.bootstrap']);
  });

  it('every exception is still needed', () => {
    const unused = Object.keys(EXCEPTIONS).filter((rule) => {
      const [left = '', right = ''] = rule.split(' -> ');
      const used = (from: Source) =>
        path.matchesGlob(from.file, left.replace('/*', '/**')) &&
        from.imports.some((to) => path.matchesGlob(to.file, right) && partOf(to.file) !== partOf(from.file));
      return !sources.some(used);
    });
    expect(unused).toEqual([]);
  });

  it.each(NAMED_CALLERS)('$call is found in the named files only', ({ call, files }) => {
    expect(product.filter(({ text }) => call.test(text)).map(({ file }) => file)).toEqual(files);
  });

  it('production needs no development package, and none of its programs reaches the simulated identity provider', () => {
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
    const byFile = new Map(sources.map((source) => [source.file, source]));
    const reached = new Set(['src/main.ts', 'src/cli/cli.ts', 'src/cli/migrate.ts']);
    for (const file of reached) for (const to of byFile.get(file)?.imports ?? []) reached.add(to.file);
    const imported = /^(?:import\b.*? from |\} from |import )'((?:@[\w-]+\/)?[\w-]+)(?:[/:][^']*)?';$/gm;
    const packages = [...reached]
      .flatMap((file) => [...(byFile.get(file)?.text ?? '').matchAll(imported)].map(([, name = '']) => name))
      .filter((name) => name !== 'node');
    expect([...new Set(packages)].filter((name) => !(name in dependencies))).toEqual([]);
    expect([...reached].filter((file) => /identity-provider|cli\/demo/.test(file))).toEqual([]);
    expect([packages.length > 100, reached.size > 200]).toEqual([true, true]);
  });

  it('only src/config.ts reads the environment', () => {
    const readers = sources.filter(({ text }) => text.includes('process.env')).map(({ file }) => file);
    expect(readers.filter((file) => !READS_ENVIRONMENT.test(file))).toEqual(['src/config.ts']);
  });
});

describe('files', () => {
  const all = globSync('{src,graphql,workers,migrations,test}/**/*.{ts,mts,mjs}');

  it('there is no drawer for odds and ends and no barrel', () => {
    const drawers = all.filter((file) => /(^|\/)(utils?|helpers?|common|shared|lib|misc)\//.test(file));
    expect(drawers).toEqual([]);
    expect(all.filter((file) => /^index\./.test(path.basename(file)))).toEqual([]);
  });

  it('names are kebab-case', () => {
    const named =
      /^[a-z0-9]+(-[a-z0-9]+)*(\.(entity|queries|job|worker|resolver|graphql|routes|test|d))?\.(ts|mts|mjs)$/;
    expect(all.filter((file) => !named.test(path.basename(file)))).toEqual([]);
  });

  it(`none is longer than ${MAX_LINES} lines, and half of the product's are short`, () => {
    const linesOf = (file: string) => readFileSync(file, 'utf8').split('\n').length - 1;
    // The replayer is one file without imports, so that it can be run against any server.
    const long = all.filter((file) => file !== 'test/support/replay.mjs' && linesOf(file) > MAX_LINES);
    expect(long).toEqual([]);
    const lines = product.map(({ file }) => linesOf(file)).sort((a, b) => a - b);
    expect(lines[Math.floor(lines.length / 2)]).toBeLessThanOrEqual(MEDIAN_LINES);
  });

  it('the kernel is the closed set of its page', () => {
    const [, decision = ''] = readFileSync(KERNEL_PAGE, 'utf8').split('## Decision');
    const listed = decision.split('## ')[0]?.match(/^(`[\w-]+` ?)+$|^- `[\w-]+`:/gm) ?? [];
    const named = listed.flatMap((line) => line.match(/[\w-]{2,}/g) ?? []);
    expect(readdirSync('src/kernel').sort()).toEqual(named.map((name) => `${name}.ts`).sort());
  });
});

describe('operations', () => {
  const DECLARATION = /export const (\w+) = (command|query|systemQuery)\(/g;
  const operations = sources
    .filter(({ file }) => ROOMS.includes(partOf(file)))
    .flatMap(({ file, text }) =>
      [...text.matchAll(DECLARATION)].map(([, name = '', kind]) => ({ file, name, kind })),
    );

  it.each(operations)('$name has a permission of the catalogue', async ({ file, name }) => {
    const { [name]: operation } = await import(`../${file.replace(/\.ts$/, '.js')}`);
    expect(operation.permissions.length).toBeGreaterThan(0);
    expect(PERMISSIONS).toEqual(expect.arrayContaining([...operation.permissions]));
  });

  it('each is opened by a door, or is one step of an operation that is', () => {
    // An operation has steps when it is put together from others, and when it prepares itself by them.
    const hasSteps = /^export const \w+: Operation<|^ {2}(async )?prepare[:(]/m;
    const doors = sources.filter(({ file, text }) => DOORS.includes(partOf(file)) || hasSteps.test(text));
    const isUsed = (operation: { file: string; name: string }) =>
      doors.some(({ imports }) =>
        imports.some(
          ({ file, names }) => file === operation.file && new RegExp(`\\b${operation.name}\\b`).test(names),
        ),
      );
    expect(operations.filter((operation) => !isUsed(operation)).map(({ name }) => name)).toEqual([]);
    expect(operations.length).toBeGreaterThan(30);
  });

  it('a command is found by its name, a query in its nouns', () => {
    const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const misplaced = operations.filter(({ file, name, kind }) =>
      kind === 'command' ? path.basename(file) !== `${kebab(name)}.ts` : !file.endsWith('.queries.ts'),
    );
    expect(misplaced).toEqual([]);
  });
});

it('graphql/schema.graphql is what the code makes', () => {
  expect(readFileSync('graphql/schema.graphql', 'utf8')).toBe(schemaText(buildGraphqlSchema(resolvers)));
});
