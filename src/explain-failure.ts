import { databaseFailure } from './kernel/database.js';

const AWAY = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
];
/** Why PostgreSQL lets nobody in: a wrong password, a role that may not, a database that is not there (SQLSTATE). */
const REFUSED = ['28P01', '28000', '3D000', '42501'];
/** Errors of ours, written for whoever typed the command. */
const PLAIN = ['ConfigError', 'UsageError', 'DomainError'];

/**
 * What a program says to the operator when it cannot go on: one sentence for what a setting can mend, naming the setting,
 * and a stack for what nobody foresaw.
 */
export function explainFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (PLAIN.includes(error.name)) return error.message;
  const code = databaseFailure(error)?.code ?? (error as NodeJS.ErrnoException).code ?? '';
  if (AWAY.includes(code)) return `DATABASE_URL: PostgreSQL cannot be reached: ${error.message}.`;
  if (REFUSED.includes(code)) return `DATABASE_URL: PostgreSQL refuses this: ${error.message}.`;
  return 'syscall' in error ? error.message : (error.stack ?? error.message);
}
