import type { BulkOperation } from './bulk-request.js';
import { isJsonObject } from './json-input.js';

/**
 * A reference to what another operation of the request creates (RFC 7644 section 3.7.2): a whole value, the end of a
 * URI, or the text of a value filter (`members[value eq "bulkId:ann"]`).
 */
const REFERENCE = /^bulkId:(\S+)$|(?<=\/)bulkId:([^\s/]+)$|(?<=")bulkId:([^\s"]+)(?=")/g;

/** The bulkIds an operation names, in its path and anywhere in its data. */
export function referencesOf({ path, data }: Pick<BulkOperation, 'path' | 'data'>): string[] {
  const found = new Set<string>();
  visit([path, data], (text) => {
    for (const [, whole, end, quoted] of text.matchAll(REFERENCE)) found.add(whole ?? end ?? quoted ?? '');
    return text;
  });
  return [...found];
}

/** The same operation with every reference replaced by the id that it came to. */
export function resolveReferences(
  { path, data }: Pick<BulkOperation, 'path' | 'data'>,
  idOf: (bulkId: string) => string,
): { path: string | undefined; data: unknown } {
  const resolve = (text: string): string =>
    text.replaceAll(REFERENCE, (_match, whole, end, quoted) => idOf(whole ?? end ?? quoted));
  return { path: path && resolve(path), data: visit(data, resolve) };
}

/** Depth is bounded by the parser of the body. */
function visit(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((element) => visit(element, change));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, visit(inner, change)]));
}

export interface BulkPlan {
  /** In the order of the request, except that what is referred to comes first. */
  readonly order: readonly BulkOperation[];
  /** Operations that lead back to themselves, and therefore none of them can come first. */
  readonly circular: ReadonlySet<BulkOperation>;
}

/** Decides the order of the operations; linear in their number and that of their references. */
export function planBulk(operations: readonly BulkOperation[]): BulkPlan {
  const creators = creatorsOf(operations);
  const order: BulkOperation[] = [];
  const circular = new Set<BulkOperation>();
  const state = new Map<BulkOperation, 'open' | 'done'>();
  const open: BulkOperation[] = [];

  // A walk without recursion: a chain of a thousand references is legal.
  const targets = new Map<BulkOperation, BulkOperation[]>();
  for (const root of operations) {
    if (!state.has(root)) open.push(root);
    for (let operation = open.at(-1); operation; operation = open.at(-1)) {
      if (!state.has(operation)) {
        state.set(operation, 'open');
        targets.set(operation, targetsOf(operation, creators));
      }
      const next = targets.get(operation)?.pop();
      if (!next) {
        state.set(operation, 'done');
        order.push(operation);
        open.pop();
      } else if (!state.has(next)) open.push(next);
      else if (state.get(next) === 'open') {
        for (const member of open.slice(open.indexOf(next))) circular.add(member);
      }
    }
  }
  return { order, circular };
}

const targetsOf = (operation: BulkOperation, creators: ReadonlyMap<string, BulkOperation>): BulkOperation[] =>
  referencesOf(operation)
    .flatMap((bulkId) => creators.get(bulkId) ?? [])
    .reverse();

/** Who creates what a bulkId names: the first POST of that name. */
export function creatorsOf(operations: readonly BulkOperation[]): Map<string, BulkOperation> {
  const creators = new Map<string, BulkOperation>();
  for (const operation of operations) {
    const { method, bulkId } = operation;
    if (method === 'POST' && bulkId !== undefined && !creators.has(bulkId)) creators.set(bulkId, operation);
  }
  return creators;
}
