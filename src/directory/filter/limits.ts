/** A filter longer than this, in UTF-8 bytes, is no look-up of an identity provider but an attempt on the parser. */
export const MAX_FILTER_BYTES = 2_048;

/** Brackets inside brackets: the parser and the compiler recurse once per level, and so does PostgreSQL. */
export const MAX_FILTER_DEPTH = 32;

/** Comparisons in one filter: each may cost a subquery. */
export const MAX_FILTER_TERMS = 100;
