import { DomainError } from '../../kernel/errors.js';

/** How much of a client's own text a message repeats. */
const SHOWN_CHARACTERS = 40;

/** The client's text, short and printable, between single quotes. */
export const shown = (text: string): string => {
  const characters = Array.from(text.toWellFormed().replaceAll('\u0000', '\uFFFD'));
  const cut = characters.length > SHOWN_CHARACTERS;
  return `'${characters.slice(0, SHOWN_CHARACTERS).join('')}${cut ? '...' : ''}'`;
};

/** Characters, not UTF-16 units, counted from 1: what an administrator counts. */
export const characterAt = (text: string, offset: number): number =>
  Array.from(text.slice(0, offset)).length + 1;

/** A filter that does not parse, or compares what cannot be compared: 400 `invalidFilter` (RFC 7644 section 3.12). */
export const invalidFilter = (text: string, offset: number, sentence: string): DomainError =>
  new DomainError(
    'INVALID_INPUT',
    `The filter is not valid at character ${characterAt(text, offset)}: ${sentence}.`,
    {
      field: 'filter',
      scimType: 'invalidFilter',
    },
  );
