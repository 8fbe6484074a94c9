import { COMPARISONS, type Comparison, type Filter, type Literal } from './ast.js';
import { MAX_FILTER_BYTES, MAX_FILTER_DEPTH, MAX_FILTER_TERMS } from './limits.js';
import { invalidFilter, shown } from './refusal.js';
import { type Token, tokenize } from './tokens.js';

const OPERATORS = `${COMPARISONS.join(', ')} or pr`;

const comparison = (word: string): Comparison | undefined => {
  const wanted = word.toLowerCase();
  return COMPARISONS.find((one) => one === wanted);
};

const isKeyword = (token: Token, keyword: string): boolean =>
  token.kind === 'word' && token.text.toLowerCase() === keyword;

/** `a`, `a.b`, a URN with either, or `$ref`: begins with a letter or `$` and has no empty part. */
const isPath = (word: string): boolean =>
  /^[a-z$]/i.test(word) && !word.includes('..') && !/[.:]$/.test(word);

/** Recursive descent over the tokens of one filter; used once. */
class Parser {
  private readonly tokens: Token[];
  private next = 0;
  private depth = 0;
  private terms = 0;

  constructor(private readonly text: string) {
    this.tokens = tokenize(text);
  }

  filter(): Filter {
    const filter = this.connected('or', false);
    if (this.peek().kind !== 'end') throw this.expected('"and", "or" or the end of the filter');
    return filter;
  }

  /** `and` binds tighter than `or` (RFC 7644 table 6); a chain of either is one node, so its length costs no depth. */
  private connected(connective: 'and' | 'or', inBrackets: boolean): Filter {
    const operand = () => (connective === 'or' ? this.connected('and', inBrackets) : this.term(inBrackets));
    const first = operand();
    const offset = this.peek().start;
    const operands = [first];
    while (isKeyword(this.peek(), connective)) {
      this.take();
      operands.push(operand());
    }
    return operands.length === 1 ? first : { kind: connective, operands, offset };
  }

  private term(inBrackets: boolean): Filter {
    const token = this.take();
    if (token.kind === '(') return this.enclosed(')', inBrackets, token.start);
    if (token.kind !== 'word') throw this.expected('an attribute name, "not" or "("', token);
    const following = this.peek();
    if (isKeyword(token, 'not')) {
      if (following.kind !== '(') throw this.expected('"(" after "not"');
      this.take();
      return { kind: 'not', operand: this.enclosed(')', inBrackets, following.start), offset: token.start };
    }
    if (!isPath(token.text) || isKeyword(token, 'and') || isKeyword(token, 'or')) {
      throw this.expected('an attribute name', token);
    }
    if (following.kind === '[') return this.element(token.text, token.start, inBrackets);
    return this.attribute(token.text, token.start);
  }

  /** What is between an opening bracket, already taken, and its closing one. */
  private enclosed(closing: ')' | ']', inBrackets: boolean, opening: number): Filter {
    this.depth += 1;
    if (this.depth > MAX_FILTER_DEPTH) {
      throw invalidFilter(this.text, opening, `brackets may be nested at most ${MAX_FILTER_DEPTH} deep`);
    }
    const inner = this.connected('or', inBrackets);
    if (this.peek().kind !== closing) throw this.expected(`"and", "or" or "${closing}"`);
    this.take();
    this.depth -= 1;
    return inner;
  }

  /**
   * `emails[...]`, `emails[...].value eq "x"`. Without the `.value` too, as the customer's reference spells it:
   * nothing but an operator can make that follow the bracket, so it has one meaning.
   */
  private element(path: string, offset: number, inBrackets: boolean): Filter {
    const opening = this.take();
    if (inBrackets) throw invalidFilter(this.text, opening.start, 'one value path cannot hold another');
    const condition = this.enclosed(']', true, opening.start);
    const token = this.peek();
    if (token.kind !== 'word') return { kind: 'element', path, condition, offset };
    const dotted = token.text.startsWith('.');
    if (!dotted && !comparison(token.text) && !isKeyword(token, 'pr')) {
      return { kind: 'element', path, condition, offset };
    }
    if (dotted && !isPath(token.text.slice(1))) throw this.expected('a sub-attribute such as ".value"');
    if (dotted) this.take();
    const compared = this.attribute(dotted ? token.text.slice(1) : 'value', token.start);
    const both: Filter = { kind: 'and', operands: [condition, compared], offset: token.start };
    return { kind: 'element', path, condition: both, offset };
  }

  /** The operator and value that follow a path. */
  private attribute(path: string, offset: number): Filter {
    this.terms += 1;
    if (this.terms > MAX_FILTER_TERMS) {
      throw invalidFilter(this.text, offset, `a filter may hold at most ${MAX_FILTER_TERMS} comparisons`);
    }
    const token = this.take();
    if (isKeyword(token, 'pr')) return { kind: 'present', path, operatorOffset: token.start, offset };
    const operator = token.kind === 'word' ? comparison(token.text) : undefined;
    if (!operator) throw this.expected(`an operator (${OPERATORS})`, token);
    // `eq="work"`: the customer's reference writes the equals sign after the operator.
    if (operator === 'eq' && this.peek().kind === '=') this.take();
    const valueOffset = this.peek().start;
    const value = this.value();
    return { kind: 'compare', path, operator, operatorOffset: token.start, value, valueOffset, offset };
  }

  private value(): Literal {
    const token = this.take();
    if (token.kind === 'string' || token.kind === 'number') return token.value;
    if (isKeyword(token, 'true')) return true;
    if (isKeyword(token, 'false')) return false;
    if (isKeyword(token, 'null')) return null;
    throw this.expected('a value: text in double quotes, a number, true, false or null', token);
  }

  private peek(): Token {
    return this.tokens[this.next] ?? { kind: 'end', start: this.text.length, end: this.text.length };
  }

  private take(): Token {
    const token = this.peek();
    this.next += 1;
    return token;
  }

  private expected(what: string, found: Token = this.peek()): Error {
    const seen =
      found.kind === 'end' ? 'the end of the filter' : shown(this.text.slice(found.start, found.end));
    return invalidFilter(this.text, found.start, `expected ${what}; found ${seen}`);
  }
}

/**
 * Reads a filter of RFC 7644 section 3.4.2.2 into a tree; names and operators in any letter case, names not yet
 * looked up. Throws INVALID_INPUT (`invalidFilter`) with the position and what was expected, or with the limit.
 */
export function parseFilter(text: string): Filter {
  if (text.length > MAX_FILTER_BYTES || Buffer.byteLength(text) > MAX_FILTER_BYTES) {
    throw invalidFilter(text, 0, `a filter may be at most ${MAX_FILTER_BYTES} bytes long`);
  }
  return new Parser(text).filter();
}
