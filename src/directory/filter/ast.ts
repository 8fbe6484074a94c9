/** The comparison operators of RFC 7644 section 3.4.2.2; `pr` takes no value and is a node of its own. */
export const COMPARISONS = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const;

export type Comparison = (typeof COMPARISONS)[number];

export type Literal = string | number | boolean | null;

/** Every node knows the offset (UTF-16 units from 0) to point at when it is refused. */
interface Node {
  readonly offset: number;
}

/** `userName eq "x"`. Inside a value path the path is a sub-attribute's name. */
export interface Compare extends Node {
  readonly kind: 'compare';
  readonly path: string;
  readonly operator: Comparison;
  readonly operatorOffset: number;
  readonly value: Literal;
  readonly valueOffset: number;
}

/** `title pr` */
export interface Present extends Node {
  readonly kind: 'present';
  readonly path: string;
  readonly operatorOffset: number;
}

/**
 * `emails[type eq "work"]`: some element meets the condition. `emails[F].value eq "x"` means that the same element
 * meets F and has that value, so it reads as `emails[F and value eq "x"]`.
 */
export interface Element extends Node {
  readonly kind: 'element';
  readonly path: string;
  readonly condition: Filter;
}

/** `a and b and c`, at least two operands; the offset is that of the first connective. */
export interface Connected extends Node {
  readonly kind: 'and' | 'or';
  readonly operands: readonly Filter[];
}

/** `not (a)` */
export interface Not extends Node {
  readonly kind: 'not';
  readonly operand: Filter;
}

export type Filter = Compare | Present | Element | Connected | Not;
