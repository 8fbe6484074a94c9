import type { ScimProfile } from '../directory/profile.js';
import type { Context } from '../kernel/context.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the router once the credential was checked. */
    scim: { context: Context; connectionId: string; profile: ScimProfile; baseUrl: string };
  }
}

export type Query = Record<string, string | string[] | undefined>;

/** One query parameter; of one that was sent twice, the last. Unknown parameters are never looked at. */
export function parameter(query: Query, name: string): string | undefined {
  const value = query[name];
  return Array.isArray(value) ? value.at(-1) : value;
}
