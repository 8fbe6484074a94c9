import type { FastifyRequest } from 'fastify';
import { type Visitor, type VisitorRequest, visitorAt, visitorByLink } from '../invitations/visitor.js';
import type { Database } from '../kernel/database.js';
import type { LinkPurpose } from '../mail/links.js';
import type { Language } from '../organizations/organization.entity.js';
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
export interface Visit extends Reader, Visitor {}

export interface SigninOptions {
  database: Database;
  origin: Origin;
}

/** By what the browser asks for, else in the organization's language. */
export function readerOf(request: FastifyRequest, fallback: Language = 'en'): Reader {
  const language = languageOf(request.headers['accept-language'], fallback);
  return { language, words: WORDS[language] };
}

/** At the organization with this slug. NOT_FOUND for an unknown one, and on the host name of another one. */
export const visitBySlug = async (
  request: FastifyRequest,
  options: SigninOptions,
  slug: string,
): Promise<Visit> => readBy(request, await visitorAt(visiting(request, options), slug));

/** At the organization a link belongs to, whether the link still works or not. NOT_FOUND for text that is no link of ours. */
export const visitByLink = async (
  request: FastifyRequest,
  options: SigninOptions,
  purpose: LinkPurpose,
  token: string,
): Promise<Visit> => readBy(request, await visitorByLink(visiting(request, options), purpose, token));

const visiting = (request: FastifyRequest, { database, origin }: SigninOptions): VisitorRequest => ({
  database,
  hostSlug: origin.slugOf(hostOf(request.raw)),
  requestId: request.id,
});

const readBy = (request: FastifyRequest, visitor: Visitor): Visit => ({
  ...visitor,
  ...readerOf(request, visitor.organization.language),
});
