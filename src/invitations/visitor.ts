import type { Context } from '../kernel/context.js';
import type { Database } from '../kernel/database.js';
import { DomainError } from '../kernel/errors.js';
import { VISITOR_PERMISSIONS } from '../kernel/permissions.js';
import { type LinkPurpose, organizationOfLink } from '../mail/links.js';
import { organizationIdOf } from '../organizations/organizations.queries.js';
import { type LandingPage, landingPage } from './access-requests.queries.js';

/** Somebody without a credential, at one organization. */
export interface Visitor {
  context: Context;
  organization: LandingPage;
}

/** What a visitor's request says by itself. */
export interface VisitorRequest {
  database: Database;
  /** The organization that the host names; undefined for the bare domain. */
  hostSlug: string | undefined;
  requestId: string;
}

/** Anything else names nobody and must not reach PostgreSQL. */
const SLUG = /^[a-z0-9-]{1,63}$/;

/** At the organization with this slug. NOT_FOUND for an unknown one, and on the host name of another one. */
export async function visitorAt(request: VisitorRequest, slug: string): Promise<Visitor> {
  const { database, hostSlug } = request;
  if (!SLUG.test(slug) || (hostSlug !== undefined && hostSlug !== slug)) throw nothingHere();
  const organizationId = await organizationIdOf(database, slug).catch((error: unknown) => {
    throw error instanceof DomainError && error.code === 'NOT_FOUND' ? nothingHere() : error;
  });
  return visitor(request, organizationId);
}

/** At the organization a link belongs to, whether the link still works or not. NOT_FOUND for text that is no link of ours. */
export async function visitorByLink(
  request: VisitorRequest,
  purpose: LinkPurpose,
  token: string,
): Promise<Visitor> {
  const { database, hostSlug } = request;
  const organizationId = await organizationOfLink(database, purpose, token);
  if (organizationId === undefined) throw nothingHere();
  const found = await visitor(request, organizationId);
  if (hostSlug !== undefined && hostSlug !== found.organization.slug) throw nothingHere();
  return found;
}

async function visitor({ database, requestId }: VisitorRequest, organizationId: string): Promise<Visitor> {
  const context: Context = {
    database,
    organizationId,
    actor: { kind: 'visitor', id: 'visitor' },
    permissions: new Set(VISITOR_PERMISSIONS),
    requestId,
  };
  return { context, organization: await landingPage(context, {}) };
}

const nothingHere = (): DomainError =>
  new DomainError(
    'NOT_FOUND',
    'This leads to no organization and to no link of one. Open the address you were given, or the link as it stands in the mail.',
  );
