import { z } from 'zod';
import { PersonName } from './person-name.js';

/** Who holds a mailed link, what they say of themselves, and the address they ask from. */
export const NewcomerInput = z.object({
  token: z.string(),
  givenName: PersonName,
  familyName: PersonName,
  /** Hashed before the transaction: it takes longer than one should. */
  password: z.string(),
  client: z.string(),
});
