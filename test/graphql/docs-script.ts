import { readFileSync } from 'node:fs';

/** One fenced block that means something: ```` ```graphql example ````, ```` ```json event log ```` ... */
export interface Block {
  /** `graphql example`, `graphql visitor`, `graphql stream`, `http example`, `mail example`, `json variables` ... */
  kind: string;
  /** What follows on the fence: a header of the request, or the name of a stream. */
  rest: string;
  text: string;
  line: number;
}

/** The blocks of a page, in order; fences with one word are for readers only. */
export function blocksOf(file: string): Block[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/^```(\w+ \w+)(.*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    kind: match[1] ?? '',
    rest: (match[2] ?? '').trim(),
    text: match[3] ?? '',
    line: text.slice(0, match.index).split('\n').length,
  }));
}

/** The values that `<name>` stands for. */
export class Names {
  private readonly values = new Map<string, string>();

  constructor(known: Record<string, string>) {
    for (const [name, value] of Object.entries(known)) this.values.set(name, value);
  }

  /** A text with every `<name>` filled in; one that nothing stands for yet is a mistake of the page. */
  fill(text: string): string {
    return text.replace(/<(\w+)>/g, (_all, name: string) => {
      const value = this.values.get(name);
      if (value === undefined) throw new Error(`<${name}> is used before an answer shows it.`);
      return value;
    });
  }

  /** Whether a text holds the line that the page shows; its names stand for what is at their place then. */
  find(shown: string, actual: string): boolean {
    const names = [...shown.matchAll(/<(\w+)>/g)].map(([, name = '']) => name);
    const literal = shown.split(/<\w+>/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    const found = new RegExp(literal.join('(\\S+)')).exec(actual);
    for (const [index, name] of names.entries()) if (found) this.values.set(name, found[index + 1] ?? '');
    return found !== null;
  }

  /** Where an answer is not what the page shows; undefined when it is, and then its names stand for what they met. */
  difference(shown: unknown, actual: unknown): string | undefined {
    const found = new Map<string, string>();
    const difference = this.compare(shown, actual, '', found);
    if (difference === undefined) for (const [name, value] of found) this.values.set(name, value);
    return difference;
  }

  private compare(
    shown: unknown,
    actual: unknown,
    at: string,
    found: Map<string, string>,
  ): string | undefined {
    if (shown === '…') return actual === undefined ? `${at} is missing` : undefined;
    const [, name] = typeof shown === 'string' ? (/^<(\w+)>$/.exec(shown) ?? []) : [];
    if (name !== undefined) {
      const known = found.get(name) ?? this.values.get(name);
      if (known === undefined && typeof actual === 'string') found.set(name, actual);
      else if (known !== actual) return `${at} is ${JSON.stringify(actual)}, and <${name}> is ${known}`;
      return undefined;
    }
    if (Array.isArray(shown) && Array.isArray(actual) && shown.length !== actual.length) {
      return `${at} has ${actual.length} elements`;
    }
    if (typeof shown === 'object' && shown !== null && typeof actual === 'object' && actual !== null) {
      for (const [key, value] of Object.entries(shown)) {
        const difference = this.compare(
          value,
          (actual as Record<string, unknown>)[key],
          `${at}.${key}`,
          found,
        );
        if (difference !== undefined) return difference;
      }
      return undefined;
    }
    return shown === actual ? undefined : `${at} is ${JSON.stringify(actual)}`;
  }
}
