import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const DOCS = path.resolve(import.meta.dirname, '../../docs');

/** Puts text between `<!-- NAME: begin -->` and `<!-- NAME: end -->` of docs/benchmarks.md, in place of what was there. */
export function writeIntoPage(name, text) {
  const page = path.join(DOCS, 'benchmarks.md');
  const before = readFileSync(page, 'utf8');
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const [from, to] = [before.indexOf(begin), before.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${page} has no place between "${begin}" and "${end}"`);
  writeFileSync(page, `${before.slice(0, from + begin.length)}\n\n${text}\n\n${before.slice(to)}`);
  return page;
}

/** The same as data, for whoever wants to compare runs. */
export function writeJson(folder, name, data) {
  const file = path.join(folder, `${name}.json`);
  writeFileSync(file, `${JSON.stringify(data, null, 2)}\n`);
  return file;
}
