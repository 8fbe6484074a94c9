import { z } from 'zod';

/** An unset variable and an empty one mean the same. */
const optional = <S extends z.ZodType>(schema: S) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());

const postgresUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\//, 'must be a PostgreSQL URL: postgresql://user:password@host:5432/database');
const redisUrl = z.string().regex(/^rediss?:\/\//, 'must be a Redis URL: redis://host:6379');
const httpUrl = z.url({ protocol: /^https?$/, error: 'must be a URL such as https://id.acme.example' });

const Settings = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(4000),
  PUBLIC_URL: optional(httpUrl),
  DATABASE_URL: optional(postgresUrl),
  DATA_DIR: z.string().default('.data'),
  REDIS_URL: optional(redisUrl),
  ROLE: z.enum(['all', 'api', 'worker']).default('all'),
  SECRET_KEY: optional(
    z.string().min(32, 'must have at least 32 characters: `openssl rand -base64 48` makes one'),
  ),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  PROVISIONING_LOG_MONTHS: z.coerce.number().int().min(1).max(120).default(13),
  NODE_ENV: z.string().default('development'),
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
  logLevel: string;
  /** Whole months of the provisioning log that are kept beside the current one; older ones are dropped. */
  logMonths: number;
  production: boolean;
}

/** The settings cannot work; the message lists every problem, one a line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** The only reader of the environment. Throws ConfigError with all problems at once, so that one restart mends them. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
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
    logLevel: s.LOG_LEVEL,
    logMonths: s.PROVISIONING_LOG_MONTHS,
    production,
  };
}

function missingInProduction(environment: NodeJS.ProcessEnv): string[] {
  const problems: string[] = [];
  if (!environment.SECRET_KEY) problems.push('SECRET_KEY: is required in production');
  if (!environment.PUBLIC_URL) problems.push('PUBLIC_URL: is required in production');
  else if (!environment.PUBLIC_URL.startsWith('https://')) {
    problems.push(
      'PUBLIC_URL: must start with https:// in production; plain HTTP would show tokens on the wire (B5)',
    );
  }
  return problems;
}
