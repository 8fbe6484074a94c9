import { DomainError } from '../kernel/errors.js';

/** Word for word what rule B13 fixes. */
const REQUIRED = 'This field is required.';

/**
 * Collects what is wrong with a body so that one answer names all of it, in the shape that rule B13 fixes:
 * `{'userName': ['This field is required.'], 'emails': ['This field is required.']}`.
 */
export class Problems {
  private readonly byAttribute = new Map<string, string[]>();

  add(attribute: string, sentence: string): void {
    const sentences = this.byAttribute.get(attribute);
    if (sentences) sentences.push(sentence);
    else this.byAttribute.set(attribute, [sentence]);
  }

  missing(attribute: string): void {
    this.add(attribute, REQUIRED);
  }

  isMissing(attribute: string): boolean {
    return this.byAttribute.get(attribute)?.includes(REQUIRED) ?? false;
  }

  has(attribute: string): boolean {
    return this.byAttribute.has(attribute);
  }

  /** The refusal of one attribute alone, or of everything found; undefined when there is nothing to refuse. */
  refusal(attribute?: string): DomainError | undefined {
    const found = [...this.byAttribute].filter(([name]) => attribute === undefined || name === attribute);
    const first = found[0];
    if (!first) return undefined;
    const listed = found.map(
      ([name, sentences]) => `${literal(name)}: [${sentences.map(literal).join(', ')}]`,
    );
    return new DomainError('INVALID_INPUT', `{${listed.join(', ')}}`, {
      field: first[0],
      scimType: 'invalidValue',
    });
  }

  throwIfAny(): void {
    const refusal = this.refusal();
    if (refusal) throw refusal;
  }
}

const literal = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
