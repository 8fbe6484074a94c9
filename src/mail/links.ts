import { createHmac, timingSafeEqual } from 'node:crypto';
import { sql } from 'kysely';
import type { Context } from '../kernel/context.js';
import type { Database } from '../kernel/database.js';
import { isId, newId } from '../kernel/ids.js';
import type { Work } from '../kernel/operation.js';
import { runInSystem } from '../kernel/tenancy.js';

/** What a link may open; each has a page of its own. */
export const LINK_PAGES = {
  invitation: '/signin/invitation',
  verification: '/signin/verification',
  'password-reset': '/signin/reset',
} as const;
export type LinkPurpose = keyof typeof LINK_PAGES;

/** A link to make: for how many hours it opens its subject, by the clock of the database. */
export interface NewLink {
  purpose: LinkPurpose;
  subjectId: string;
  hours: number;
}

/** What an open link leads to. */
export interface OpenLink {
  id: string;
  subjectId: string;
  expiresAt: Date;
}

/** Makes a single-use link; `linkToken` gives the text that goes into the mail. */
export async function createLink(tx: Work, link: NewLink): Promise<{ id: string }> {
  const [id = ''] = await createLinks(tx, link.purpose, [link.subjectId], link.hours);
  return { id };
}

/** One link for each subject, in one statement; their ids in order. */
export async function createLinks(
  tx: Work,
  purpose: LinkPurpose,
  subjectIds: readonly string[],
  hours: number,
): Promise<string[]> {
  const ids = subjectIds.map(() => newId());
  await tx.rows(sql`
    insert into links (organization_id, id, purpose, subject_id, expires_at)
    select ${tx.context.organizationId}::uuid, l.id, ${purpose}, l.subject_id, now() + make_interval(hours => ${hours})
    from unnest(${ids}::uuid[], ${[...subjectIds]}::uuid[]) as l(id, subject_id)
  `);
  return ids;
}

/**
 * The raw token of a link: its id and a code that only this service can make (HMAC-SHA256). It is in the mail and
 * nowhere else, so a copy of the database opens nothing (A8).
 */
export function linkToken(secretKey: string, purpose: LinkPurpose, id: string): string {
  return `${Buffer.from(id).toString('base64url')}.${codeOf(secretKey, purpose, id).toString('base64url')}`;
}

/** The organization a genuine token belongs to, whatever became of its link; undefined for any other text. */
export async function organizationOfLink(
  database: Database,
  purpose: LinkPurpose,
  token: string,
): Promise<string | undefined> {
  const id = genuineId(database.secretKey, purpose, token);
  if (id === undefined) return undefined;
  const [row] = await runInSystem(database, (tx) =>
    tx.rows(sql<{ organization_id: string }>`
      select organization_id from links where id = ${id} and purpose = ${purpose}
    `),
  );
  return row?.organization_id;
}

/** What the link opens now; undefined when it is used, expired or not genuine. Consumes nothing: mail scanners look. */
export async function readLink(tx: Work, purpose: LinkPurpose, token: string): Promise<OpenLink | undefined> {
  const id = genuineId(keyOf(tx.context), purpose, token);
  if (id === undefined) return undefined;
  const [row] = await tx.rows(sql<LinkRow>`
    select id, subject_id, expires_at from links
    where organization_id = ${tx.context.organizationId} and id = ${id} and purpose = ${purpose} and ${OPEN}
  `);
  return row && toOpenLink(row);
}

/**
 * Uses the link up: of any number of callers exactly one receives what it opens, and nobody after its last second by
 * the clock of the database (abuse 23). When the transaction fails the link is as it was.
 */
export async function consumeLink(
  tx: Work,
  purpose: LinkPurpose,
  token: string,
): Promise<OpenLink | undefined> {
  const id = genuineId(keyOf(tx.context), purpose, token);
  if (id === undefined) return undefined;
  const [row] = await tx.rows(sql<LinkRow>`
    update links set used_at = now()
    where organization_id = ${tx.context.organizationId} and id = ${id} and purpose = ${purpose} and ${OPEN}
    returning id, subject_id, expires_at
  `);
  return row && toOpenLink(row);
}

interface LinkRow {
  id: string;
  subject_id: string;
  expires_at: string;
}

const OPEN = sql`used_at is null and expires_at > now()`;

const keyOf = ({ database }: Context): string => database.secretKey;

const toOpenLink = (row: LinkRow): OpenLink => ({
  id: row.id,
  subjectId: row.subject_id,
  expiresAt: new Date(row.expires_at),
});

const codeOf = (secretKey: string, purpose: LinkPurpose, id: string): Buffer =>
  createHmac('sha256', secretKey).update(purpose).update(id).digest();

/** The id in a token of ours. A forged one is refused before the database hears of it. */
function genuineId(secretKey: string, purpose: LinkPurpose, token: string): string | undefined {
  const [head = '', code = '', ...rest] = token.length > 200 ? [] : token.split('.');
  const id = Buffer.from(head, 'base64url').toString('utf8');
  if (rest.length > 0 || !isId(id)) return undefined;
  const [sent, right] = [Buffer.from(code, 'base64url'), codeOf(secretKey, purpose, id)];
  return sent.length === right.length && timingSafeEqual(sent, right) ? id : undefined;
}
