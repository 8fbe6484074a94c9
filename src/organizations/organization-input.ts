import { z } from 'zod';
import { isStorableText } from '../kernel/fold.js';

/** A heading of pages and mails: one line that can be shown anywhere. */
export const Line = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .refine((text) => isStorableText(text) && !/\p{C}/u.test(text), 'must be one line of plain text');

/** What is left out stays as it is or takes its default, and null means left out. */
export const orAbsent = <S extends z.ZodType>(schema: S) =>
  schema.nullish().transform((value) => value ?? undefined);
