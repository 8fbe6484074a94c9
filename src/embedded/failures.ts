import os from 'node:os';
import { DomainError } from '../kernel/errors.js';

/** The embedded PostgreSQL cannot run; the message is for whoever typed the command. */
export const refuse = (message: string, cause?: unknown): DomainError =>
  new DomainError('UNAVAILABLE', message, { cause });

const diskFull = (folder: string, cause?: unknown): DomainError =>
  refuse(
    `The disk that holds ${folder} is full. Free some space, or set DATA_DIR to a folder on another disk.`,
    cause,
  );

const noPermission = (folder: string, cause?: unknown): DomainError => {
  const { uid } = os.userInfo();
  return refuse(
    `No permission to use the data folder ${folder} as user ${uid}: it, or something in it, belongs to somebody else. ` +
      'Run as the user who created it, give it to this user (chown -R), or set DATA_DIR to a folder of your own.',
    cause,
  );
};

/** Turns a file system failure in the data folder into a sentence; leaves every other error as it is. */
export function explainFileFailure(error: unknown, folder: string): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code ?? '';
  if (['ENOSPC', 'EDQUOT'].includes(code)) return diskFull(folder, error);
  if (['EACCES', 'EPERM', 'EROFS'].includes(code)) return noPermission(folder, error);
  if (['ENOTDIR', 'EEXIST'].includes(code)) {
    return refuse(`DATA_DIR must be a folder, and ${folder} cannot be one: a file is in its way.`, error);
  }
  return error;
}

/** The sentence for PostgreSQL's own last words, from initdb's output or from postgres.log. */
export function explainOutput(output: string, what: string, folder: string, logFile: string): DomainError {
  if (/No space left on device|Disk quota exceeded/i.test(output)) return diskFull(folder);
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const words =
    lines.findLast((line) => /FATAL|PANIC|error:/i.test(line)) ?? lines.at(-1) ?? 'it said nothing';
  return refuse(`${what}: ${words.trim()}. The whole output is in ${logFile}.`);
}
