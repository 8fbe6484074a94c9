import { z } from 'zod';
import { fold, isIndexable, isStorableText } from './fold.js';

/** RFC 5321 section 4.5.3.1.3: a path is at most 256 octets, two of them the angle brackets. */
const MAX_LENGTH = 254;

/**
 * One mailbox in the plain form every provider sends: `local@domain`, no comments, no quoted local part, no spaces or
 * control characters. The strictness is what keeps an address from carrying a second one into a mail (abuse 24).
 */
export function isEmailAddress(text: string): boolean {
  return (
    text.length <= MAX_LENGTH &&
    isStorableText(text) &&
    isIndexable(text) &&
    isPlain(text) &&
    isPlain(fold(text))
  );
}

/** Asked of the folded form too: folding makes plain signs of fullwidth ones, and `＠` is one. */
function isPlain(text: string): boolean {
  if (text.length > MAX_LENGTH) return false;
  const at = text.indexOf('@');
  if (at < 1 || at !== text.lastIndexOf('@') || at === text.length - 1) return false;
  return !/[\s\p{C}"(),:;<>[\\\]]/u.test(text);
}

/** One plain address; comments, quoted local parts and lists are refused (abuse 24). */
export const EmailAddress = z
  .string()
  .refine(isEmailAddress, 'must be one plain e-mail address such as ada@acme.example');
