import { execFileSync } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../..');

function git(...parameters) {
  try {
    return execFileSync('git', parameters, { cwd: ROOT, encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}

/** What a figure is worth nothing without: where, when and of what it was taken. */
export function factsOf(postgres, command) {
  const changed = git('status', '--porcelain', '--', 'src', 'graphql', 'workers', 'migrations') !== '';
  return {
    at: `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    commit: `${git('rev-parse', '--short', 'HEAD') || 'unknown'}${changed ? ' with changes' : ''}`,
    cores: os.availableParallelism(),
    processor: os.cpus()[0]?.model.trim() ?? 'unknown',
    memory: `${Math.round(os.totalmem() / 2 ** 30)} GiB`,
    node: process.version,
    postgres: postgres.version,
    load: loadNow(),
    command,
  };
}

/** The load of the last minute: on a quiet machine that of the run itself. */
export const loadNow = () => os.loadavg()[0].toFixed(1);

/** The facts in one sentence, for the page. */
export const sentenceOf = (facts) =>
  `Measured ${facts.at} at commit ${facts.commit} by \`${facts.command}\`: ${facts.cores} cores (${facts.processor}), ` +
  `${facts.memory}, Node ${facts.node}, PostgreSQL ${facts.postgres}, everything on this one machine; its load was ` +
  `${facts.load} before the run began and ${facts.loadAfter} at its end.`;
