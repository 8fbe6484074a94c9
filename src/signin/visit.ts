import type { FastifyRequest } from 'fastify';
import { type LandingPage, landingPage } from '../invitations/access-requests.queries.js';
import type { Context } from '../kernel/context.js';
import type { Database } from '../kernel/database.js';
import { DomainError } from '../kernel/errors.js';
import { VISITOR_PERMISSIONS } from '../kernel/permissions.js';
import { type LinkPurpose, organizationOfLink } from '../mail/links.js';
import type { Language } from '../organizations/organization.entity.js';
import { organizationIdOf } from '../organizations/organizations.queries.js';
import { hostOf, type Origin } from '../origin.js';
import { languageOf } from './language.js';
import type { Words } from './words.js';
import { GERMAN } from './words-de.js';
import { ENGLISH } from './words-en.js';
import { KOREAN } from './words-ko.js';

const WORDS: Readonly<Record<Language, Words>> = { en: ENGLISH, de: GERMAN, ko: KOREAN };

/** The language of a reader and everything we say in it. */
export interface Reader {
  language: Language;
  words: Words;
}

/** Somebody at the pages of one organization. */
export interface Visit extends Reader {
  context: Context;
  organization: LandingPage;
}

export interface SigninOptions {
  database: Database;
  origin: Origin;
}

/** Anything else names nobody and must not reach PostgreSQL. */
const SLUG = /^[a-z0-9-]{1,63}$/;

/** By what the browser asks for, else in the organization's language. */
export function readerOf(request: FastifyRequest, fallback: Language = 'en'): Reader {
  const language = languageOf(request.headers['accept-language'], fallback);
  return { language, words: WORDS[language] };
}

/** At the organization with this slug. NOT_FOUND for an unknown one, and on the host name of another one. */
export async function visitBySlug(
  request: FastifyRequest,
  { database, origin }: SigninOptions,
  slug: string,
): Promise<Visit> {
  const named = origin.slugOf(hostOf(request.raw));
  if (!SLUG.test(slug) || (named !== undefined && named !== slug)) throw nothingHere();
  return visit(request, database, await organizationIdOf(database, slug));
}

/** At the organization a link belongs to, whether the link still works or not. NOT_FOUND for text that is no link of ours. */
export async function visitByLink(
  request: FastifyRequest,
  { database, origin }: SigninOptions,
  purpose: LinkPurpose,
  token: string,
): Promise<Visit> {
  const organizationId = await organizationOfLink(database, purpose, token);
  if (organizationId === undefined) throw nothingHere();
  const found = await visit(request, database, organizationId);
  const named = origin.slugOf(hostOf(request.raw));
  if (named !== undefined && named !== found.organization.slug) throw nothingHere();
  return found;
}

async function visit(request: FastifyRequest, database: Database, organizationId: string): Promise<Visit> {
  const context: Context = {
    database,
    organizationId,
    actor: { kind: 'visitor', id: 'visitor' },
    permissions: new Set(VISITOR_PERMISSIONS),
    requestId: request.id,
  };
  const organization = await landingPage(context, {});
  return { context, organization, ...readerOf(request, organization.language) };
}

const nothingHere = (): DomainError =>
  new DomainError('NOT_FOUND', 'This address leads to no organization and to no link of one.');
