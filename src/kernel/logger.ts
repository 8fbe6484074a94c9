import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger };

/** Names under which a secret or personal data could reach a log line; their values never do (abuse 19). */
const SECRET_NAMES = [
  'authorization',
  'cookie',
  'password',
  'token',
  'secret',
  'clientSecret',
  'secretHash',
  'userName',
  'email',
  'externalId',
  'body',
];

const redactedPaths = SECRET_NAMES.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/** One JSON line per event on stderr, so that stdout stays free for what commands print. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: redactedPaths, censor: '[redacted]' },
  };
  return pino(options, destination ?? pino.destination(2));
}
