/** What a PATCH does, written from RFC 7644 section 3.5.2 for the generated operations alone; no code of the product. */
export const EXTENSION = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

export type Json = Record<string, unknown>;

/** A generated operation in the oracle's own terms; `bodyOf` in the test says it in SCIM's. */
export type Step =
  | { kind: 'single'; verb: 'add' | 'replace' | 'remove'; at: readonly string[]; value?: string }
  | { kind: 'complex'; verb: 'add' | 'replace' | 'remove'; at: readonly string[]; value?: Json }
  | { kind: 'active'; verb: 'add' | 'replace'; value: boolean }
  | { kind: 'list'; verb: 'add' | 'replace' | 'remove'; name: string; value?: Json[] }
  | { kind: 'listed'; name: string; value: Json }
  | {
      kind: 'selected';
      verb: 'add' | 'replace' | 'remove';
      name: string;
      type: string;
      part?: string;
      value?: unknown;
    }
  | { kind: 'unknown'; verb: 'add' | 'replace' | 'remove' };

/** The resource after the steps, or undefined when one of them refuses the whole request. */
export function afterSteps(resource: Json, steps: readonly Step[]): Json | undefined {
  const copy = JSON.parse(JSON.stringify(resource)) as Json;
  for (const step of steps) if (!apply(copy, step)) return undefined;
  return tidy(copy) as Json;
}

function apply(resource: Json, step: Step): boolean {
  switch (step.kind) {
    case 'unknown':
      return false;
    case 'active':
      resource.active = step.value;
      return true;
    case 'single':
      write(resource, step.at, step.verb === 'remove' ? undefined : step.value);
      return true;
    case 'complex': {
      const before = read(resource, step.at) as Json | undefined;
      write(resource, step.at, step.verb === 'remove' ? undefined : { ...before, ...step.value });
      return true;
    }
    case 'list':
      changeList(resource, step);
      return true;
    case 'listed': {
      const matches = (one: Json) => Object.entries(step.value).every(([name, value]) => one[name] === value);
      resource[step.name] = listOf(resource, step.name).filter((one) => !matches(one));
      return true;
    }
    case 'selected':
      return changeSelected(resource, step);
  }
}

function changeList(resource: Json, { verb, name, value = [] }: Extract<Step, { kind: 'list' }>): void {
  if (verb === 'remove') delete resource[name];
  if (verb === 'replace') resource[name] = onePrimary(value, value);
  if (verb !== 'add') return;
  const result = [...listOf(resource, name)];
  const fresh: Json[] = [];
  for (const one of value) {
    if ([...result, ...fresh].some((other) => canonical(other) === canonical(one))) continue;
    fresh.push(one);
  }
  resource[name] = onePrimary([...result, ...fresh], fresh);
}

function changeSelected(resource: Json, step: Extract<Step, { kind: 'selected' }>): boolean {
  const { verb, name, type, part, value } = step;
  const list = listOf(resource, name);
  const chosen = list.filter((one) => String(one.type ?? '').toLowerCase() === type.toLowerCase());
  if (verb === 'remove') {
    if (part) for (const one of chosen) delete one[part];
    resource[name] = part ? list : list.filter((one) => !chosen.includes(one));
    return true;
  }
  if (chosen.length === 0) {
    if (verb === 'replace') return false;
    const made = { type, ...(part ? { [part]: value } : (value as Json)) };
    resource[name] = onePrimary([...list, made], [made]);
    return true;
  }
  for (const one of chosen) {
    if (part) one[part] = value;
    else if (verb === 'replace') {
      for (const key of Object.keys(one)) delete one[key];
      Object.assign(one, { type, ...(value as Json) });
    } else Object.assign(one, value);
  }
  resource[name] = onePrimary(list, chosen);
  return true;
}

/** The last of the changed elements that is primary stays so, the others do not. */
function onePrimary(list: Json[], changed: Json[]): Json[] {
  const copies = new Map(list.map((one) => [one, { ...one }]));
  const last = [...list].reverse().find((one) => changed.includes(one) && one.primary === true);
  return list.map((one) => {
    const copy = copies.get(one) as Json;
    return last && one !== last && copy.primary === true ? { ...copy, primary: false } : copy;
  });
}

const listOf = (resource: Json, name: string): Json[] => (resource[name] as Json[] | undefined) ?? [];

const read = (home: Json, at: readonly string[]): unknown =>
  at.reduce<unknown>((inner, name) => (inner as Json | undefined)?.[name], home);

function write(home: Json, at: readonly string[], value: unknown): void {
  const [first = '', ...rest] = at;
  if (rest.length === 0) home[first] = value;
  else {
    home[first] ??= {};
    write(home[first] as Json, rest, value);
  }
}

/** Without undefined, empty strings, empty lists and empty objects. */
function tidy(value: unknown): unknown {
  if (Array.isArray(value)) {
    const list = value.map(tidy).filter((one) => one !== undefined);
    return list.length > 0 ? list : undefined;
  }
  if (value === '' || value === null) return undefined;
  if (typeof value !== 'object') return value;
  const entries = Object.entries(value as Json).map(([name, inner]) => [name, tidy(inner)] as const);
  const left = entries.filter(([, inner]) => inner !== undefined);
  return left.length > 0 ? Object.fromEntries(left) : undefined;
}

/** Equal values have equal text, whatever the order of their members. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, inner) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
