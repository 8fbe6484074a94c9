import { isId } from '../kernel/ids.js';
import { isJsonObject, type JsonObject, membersOf } from './json-input.js';
import { isNestedGroup } from './nested-group.js';

/** As many ids as a refused request keeps; who asks why looks for one of them. */
const MAX_KEPT = 100;
/** As many nested groups as a request keeps. */
const MAX_NESTED = 20;
const IDS = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** Whom the body of a write on a group named: people by id, and groups that were passed over (B29). */
export interface AskedMembers {
  ids: string[];
  nested: string[];
}

/** Reads any body, also one that was refused for its form; what is not understood names nobody. */
export function askedMembers(body: unknown): AskedMembers {
  const ids = new Set<string>();
  const nested = new Set<string>();
  const read = (value: unknown): void => {
    for (const element of Array.isArray(value) ? value : [value]) {
      const member = isJsonObject(element) ? membersOf(element) : undefined;
      const id = member ? member('value') : element;
      if (typeof id !== 'string' || !isId(id)) continue;
      if (member && isNestedGroup(member)) nested.add(id);
      else if (ids.size < MAX_KEPT) ids.add(id);
    }
  };
  if (isJsonObject(body)) {
    read(membersOf(body)('members'));
    const operations = membersOf(body)('Operations');
    for (const operation of Array.isArray(operations) ? operations : []) {
      if (isJsonObject(operation)) ofOperation(operation, read);
    }
  }
  return { ids: [...ids], nested: [...nested].slice(0, MAX_NESTED) };
}

function ofOperation(operation: JsonObject, read: (value: unknown) => void): void {
  const member = membersOf(operation);
  const [path, value] = [member('path'), member('value')];
  if (typeof path === 'string' && path !== '') {
    if (!/^(?:urn:[^[]*:)?members?\b/i.test(path)) return;
    read(path.match(IDS) ?? []);
    read(value);
  } else if (isJsonObject(value)) {
    read(membersOf(value)('members'));
  }
}
