import { z } from 'zod';
import type { Place } from '../sealed.js';

/** What the provider is told when somebody signs out, so that it knows which of its sessions is meant. */
export const LogoutTicket = z.union([
  z.object({
    kind: z.literal('saml'),
    /** The NameID as it was asserted (SAML 2.0 core section 3.7.1: the same identifier). */
    nameId: z.string(),
    format: z.string().nullable(),
    nameQualifier: z.string().nullable(),
    spNameQualifier: z.string().nullable(),
    sessionIndex: z.string().nullable(),
  }),
  z.object({ kind: z.literal('oidc'), idToken: z.string() }),
]);
export type LogoutTicket = z.output<typeof LogoutTicket>;

/** Where it is kept: it names a person, and an ID token is theirs alone (R8). */
export const logoutTicketPlace = (organizationId: string, sessionId: string): Place => ({
  organizationId,
  column: 'sessions.sealed_logout',
  row: sessionId,
});
