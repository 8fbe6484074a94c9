import path from 'node:path';
import { parseArgs } from 'node:util';

const DATA = path.resolve(import.meta.dirname, '../../.data/bench');

/**
 * Options of a script, each with its default: a number stays a number, a list of numbers may be given with commas, and
 * a text stays a text. `--data` is where PostgreSQL and Redis keep what they are given.
 */
export function readOptions(defaults) {
  const all = { data: DATA, ...defaults };
  const options = Object.fromEntries(Object.keys(all).map((name) => [name, { type: 'string' }]));
  const { values } = parseArgs({ options, allowPositionals: false });
  return Object.fromEntries(
    Object.entries(all).map(([name, fallback]) => [name, convert(name, values[name], fallback)]),
  );
}

function convert(name, text, fallback) {
  if (text === undefined || typeof fallback === 'string') return text ?? fallback;
  const numbers = text.split(',').filter(Boolean).map(Number);
  if (numbers.some((one) => !Number.isFinite(one) || one < 0))
    throw new Error(`--${name} takes a number, and '${text}' arrived`);
  return Array.isArray(fallback) ? numbers : (numbers[0] ?? 0);
}

/** Whether `--only MIX/TARGET,...` lets this mix on this target run; a part of the name is enough, either side may be left out. */
export function chosen(only, mix, target) {
  if (only === '') return true;
  const holds = (name, part) => name.toLowerCase().includes(part.trim().toLowerCase());
  return only.split(',').some((one) => {
    const [mixPart = '', targetPart = ''] = one.split('/');
    return (mix === undefined || holds(mix, mixPart)) && (target === undefined || holds(target, targetPart));
  });
}

/** The command as somebody would type it again, wherever their data lies. */
export function commandOf(script) {
  const words = process.argv.slice(2);
  const data = words.indexOf('--data');
  if (data >= 0) words.splice(data, 2);
  const separator = script.startsWith('npm ') ? ['--'] : [];
  return [script, ...(words.length > 0 ? separator : []), ...words].join(' ');
}
