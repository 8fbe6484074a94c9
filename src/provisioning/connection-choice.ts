import { z } from 'zod';
import { PROFILES, PROVIDERS } from './scim-connection.entity.js';

/** What is chosen of a connection before it is there (B2). An explicit null is the same as leaving it out. */
export const connectionChoice = {
  provider: z.enum(PROVIDERS),
  profile: z
    .enum(PROFILES)
    .nullish()
    .transform((profile) => profile ?? 'standard'),
  showsAllGroups: z
    .boolean()
    .nullish()
    .transform((shows) => shows ?? false),
};
