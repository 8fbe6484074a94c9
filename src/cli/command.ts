import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import type { Config } from '../config.js';
import type { Database } from '../kernel/database.js';

/** What a command of the operator works with. */
export interface CommandScope {
  config: Config;
  database: Database;
}

/** One `<noun> <verb>` of the command line. */
export interface Command {
  usage: string;
  /** What the one argument that is no option stands for; a SLUG when absent. */
  takes?: 'LABEL' | 'ID' | 'nothing';
  options: ParseArgsOptionsConfig;
  /** Returns what `--json` prints; the text form shows the same, one `name: value` a line. */
  run(
    scope: CommandScope,
    slug: string,
    options: Record<string, string | boolean | undefined>,
  ): Promise<object>;
}

/** The arguments do not fit the command; the message says how they would. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The argument and the options of a command line, or a UsageError with the usage of that command. */
export function readArguments(command: Command, args: string[]) {
  try {
    const options = { ...command.options, json: { type: 'boolean' as const } };
    const { positionals, values } = parseArgs({ args, options, allowPositionals: true });
    const expected = command.takes === 'nothing' ? 0 : 1;
    if (positionals.length !== expected)
      throw new Error(`${expected === 0 ? 'no argument' : `one ${command.takes ?? 'SLUG'}`} is expected`);
    const [slug = ''] = positionals;
    return { slug, values: values as Record<string, string | boolean | undefined> };
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\nusage: ${command.usage}`);
  }
}

/** One of some words, or a UsageError that lists them. */
export function oneOf<const T extends string>(name: string, value: unknown, words: readonly T[]): T {
  const found = words.find((word) => word === value);
  if (found !== undefined) return found;
  throw new UsageError(
    `--${name} must be one of ${words.join(', ')}${value === undefined ? '' : `, not '${value}'`}`,
  );
}
