import { z } from 'zod';
import { isMailFrom, MAIL_FROM_FORM } from './mail/mail-from.js';

const POSTGRES_URL = 'must be a PostgreSQL URL: postgresql://user:password@host:5432/database';
const postgresUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\//, POSTGRES_URL)
  .refine((text) => URL.canParse(text), {
    error: `${POSTGRES_URL}; in a password, % / ? # and @ are written %25 %2F %3F %23 and %40`,
  });
const redisUrl = z
  .string()
  .regex(
    /^rediss?(\+cluster)?:\/\//,
    'must be a Redis URL: redis://host:6379, or redis+cluster://host:6379 for one node of a cluster',
  );
const smtpUrl = z.string().regex(/^smtps?:\/\//, 'must be an SMTP URL: smtp://user:password@host:587');
const httpUrl = z.url({ protocol: /^https?$/, error: 'must be a URL such as https://id.acme.example' });

const wholeNumber = (least: number, most: number) => {
  const error = `must be a whole number from ${least} to ${most}`;
  return z.coerce.number({ error }).int({ error }).min(least, { error }).max(most, { error });
};

const Settings = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535).default(4000),
  PUBLIC_URL: httpUrl.optional(),
  DATABASE_URL: postgresUrl.optional(),
  DATA_DIR: z.string().default('.data'),
  REDIS_URL: redisUrl.optional(),
  ROLE: z.enum(['all', 'api', 'worker']).default('all'),
  SECRET_KEY: z
    .string()
    .min(32, 'must have at least 32 characters: `openssl rand -base64 48` makes one')
    .optional(),
  SMTP_URL: smtpUrl.optional(),
  MAIL_FROM: z.string().refine(isMailFrom, MAIL_FROM_FORM).optional(),
  SECRET_KEY_PREVIOUS: z
    .string()
    .default('')
    .transform((text) => text.split(',').map((key) => key.trim()))
    .transform((keys) => keys.filter((key) => key !== '')),
  SSO_ALLOW_PRIVATE: z.enum(['true', 'false']).default('false'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  PROVISIONING_LOG_MONTHS: wholeNumber(1, 120).default(13),
  SCIM_REQUESTS_PER_SECOND: wholeNumber(25, 100_000).default(200),
  SCIM_BURST: wholeNumber(1, 1_000_000).default(400),
  SCIM_HELD_BACK: wholeNumber(0, 10_000).default(32),
  GRAPHQL_DOCUMENTS: z.enum(['any', 'persisted']).default('any'),
  GRAPHQL_DOCUMENTS_DIR: z.string().default('graphql/documents'),
  // Anything else would mean development, with its doors open, to whoever meant production.
  NODE_ENV: z.enum(['production', 'development', 'test']).default('development'),
});

/** Everything a process can be told from outside. */
export interface Config {
  host: string;
  port: number;
  /** How clients reach the service; its host is the domain under which each organization has a name (B5). */
  publicUrl: URL | undefined;
  /** Undefined means the embedded PostgreSQL in `dataDir`. */
  databaseUrl: string | undefined;
  dataDir: string;
  /** Undefined means that the queues run on PostgreSQL. */
  redisUrl: string | undefined;
  role: 'all' | 'api' | 'worker';
  /** What links are signed with. Undefined means a random key that is kept in `dataDir`; never so in production. */
  secretKey: string | undefined;
  /** Keys that `secretKey` replaced: what is sealed under them can still be read. */
  previousSecretKeys: readonly string[];
  /** Whether identity providers may be on private addresses and plain HTTP; never in production. */
  allowPrivateProviders: boolean;
  /** Where mail goes out. Undefined means that it stays in the outbox. */
  smtpUrl: string | undefined;
  /** The sender of every mail: an address, or a name with one in angle brackets. */
  mailFrom: string;
  logLevel: string;
  /** Whole months of the provisioning log that are kept beside the current one; older ones are dropped. */
  logMonths: number;
  /** What one SCIM connection may send to this process: a second, at once after a rest, and held back above that. */
  pace: { perSecond: number; burst: number; heldBack: number };
  /** Which GraphQL documents are run: any, or those of the folder only. */
  graphqlDocuments: 'any' | 'persisted';
  graphqlDocumentsDir: string;
  production: boolean;
}

/** The settings cannot work; the message lists every problem, one a line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** The only reader of the environment. Throws ConfigError with all problems at once, so that one restart mends them. */
export function readConfig(variables: NodeJS.ProcessEnv = process.env): Config {
  // An unset variable and an empty one mean the same.
  const environment = Object.fromEntries(Object.entries(variables).filter(([, text]) => text !== ''));
  const parsed = Settings.safeParse(environment);
  const problems = parsed.error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];
  const production = environment.NODE_ENV === 'production';
  if (production) problems.push(...missingInProduction(environment));
  if (!parsed.success || problems.length > 0) {
    throw new ConfigError(
      `These settings must be mended (.env.example explains each):\n  ${problems.join('\n  ')}`,
    );
  }
  const s = parsed.data;
  return {
    host: s.HOST,
    port: s.PORT,
    publicUrl: s.PUBLIC_URL === undefined ? undefined : new URL(s.PUBLIC_URL),
    databaseUrl: s.DATABASE_URL,
    dataDir: s.DATA_DIR,
    redisUrl: s.REDIS_URL,
    role: s.ROLE,
    secretKey: s.SECRET_KEY,
    previousSecretKeys: s.SECRET_KEY_PREVIOUS,
    allowPrivateProviders: s.SSO_ALLOW_PRIVATE === 'true',
    smtpUrl: s.SMTP_URL,
    mailFrom: s.MAIL_FROM ?? `Rollcall <no-reply@${hostFor(s.PUBLIC_URL)}>`,
    logLevel: s.LOG_LEVEL,
    logMonths: s.PROVISIONING_LOG_MONTHS,
    pace: {
      perSecond: s.SCIM_REQUESTS_PER_SECOND,
      burst: s.SCIM_BURST,
      heldBack: s.SCIM_HELD_BACK,
    },
    graphqlDocuments: s.GRAPHQL_DOCUMENTS,
    graphqlDocumentsDir: s.GRAPHQL_DOCUMENTS_DIR,
    production,
  };
}

/** Mail comes from the service's own domain unless MAIL_FROM says otherwise. */
const hostFor = (publicUrl: string | undefined): string =>
  publicUrl === undefined ? 'localhost' : new URL(publicUrl).hostname;

function missingInProduction(environment: NodeJS.ProcessEnv): string[] {
  const problems: string[] = [];
  if (environment.SSO_ALLOW_PRIVATE === 'true') {
    problems.push('SSO_ALLOW_PRIVATE: is for development; identity providers have public addresses');
  }
  if (!environment.DATABASE_URL) {
    problems.push(
      'DATABASE_URL: is required in production; the embedded PostgreSQL is for trying things out',
    );
  }
  if (!environment.SECRET_KEY) problems.push('SECRET_KEY: is required in production');
  if (!environment.PUBLIC_URL) problems.push('PUBLIC_URL: is required in production');
  else if (!environment.PUBLIC_URL.startsWith('https://')) {
    problems.push(
      'PUBLIC_URL: must start with https:// in production; plain HTTP would show tokens on the wire (B5)',
    );
  }
  return problems;
}
