import { z } from 'zod';
import { isStorableText } from '../kernel/fold.js';

const MAX_CHARACTERS = 100;

/** Controls, zero-width signs and what turns the direction of text: a name must look like what it is (abuse 17). */
const INVISIBLE = /[\p{Cc}\p{Zl}\p{Zp}\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u;

/** A first or last name as a stranger types it, before administrators read it. */
export const PersonName = z
  .string()
  .trim()
  .min(1)
  .max(MAX_CHARACTERS)
  .refine((text) => isStorableText(text) && !INVISIBLE.test(text), 'must be one line of visible text');
