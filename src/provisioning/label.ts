import { z } from 'zod';
import { isStorableText } from '../kernel/fold.js';

/** A line in a list, not a description. */
const MAX_LABEL = 100;

/** What an administrator calls a connection; empty when there is nothing to tell apart. */
export const connectionLabel = z
  .string()
  .max(MAX_LABEL)
  .refine(isStorableText, 'must not contain NUL or broken Unicode');

/** What an administrator calls a credential. */
export const credentialLabel = connectionLabel.min(1);
