import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { isId, newId } from '../../kernel/ids.js';
import type { Work } from '../../kernel/operation.js';
import { SignInRefusal } from '../sign-in-refusal.js';
import { isSweepDue } from './sweeping.js';

/** Somebody who was asked for a second factor needs minutes; a link kept for tomorrow is somebody else's. */
const MINUTES = 15;
/** Rows that ended are removed a few at a time, by whoever adds one. */
const SWEPT_AT_ONCE = 50;

/** What is kept of a random value that only its holder knows. */
export const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** A sign-in that was sent to the provider and is expected back. */
export interface StartedRequest {
  id: string;
  /** RelayState or `state`: random, so it says nothing and can be guessed by nobody (abuse 22). */
  key: string;
}

/** What a key stands for, once. */
export interface OpenRequest {
  id: string;
  connectionId: string;
  returnPath: string;
  isTest: boolean;
}

/**
 * Remembers a sign-in under way: where it leads afterwards and which browser started it, if one did already. Undefined
 * for a connection that nobody may sign in by.
 */
export async function startRequest(
  tx: Work,
  request: { connectionId: string; browser: string; returnPath: string; isTest: boolean },
): Promise<StartedRequest | undefined> {
  const { organizationId } = tx.context;
  const id = newId();
  const key = randomBytes(32).toString('base64url');
  if (isSweepDue()) {
    tx.closing(sql`
      delete from sign_in_requests where organization_id = ${organizationId} and id in (
        select id from sign_in_requests where organization_id = ${organizationId} and expires_at < now()
        order by expires_at limit ${SWEPT_AT_ONCE} for update skip locked)
    `);
  }
  const started = await tx.rows(
    sql`
      insert into sign_in_requests (organization_id, id, connection_id, key_hash, browser_hash, return_path, is_test,
        expires_at)
      select organization_id, ${id}, id, ${hashOf(key)}, ${hashOf(request.browser)}, ${request.returnPath},
        ${request.isTest}::boolean, now() + make_interval(mins => ${MINUTES})
      from sso_connections
      where organization_id = ${organizationId} and id = ${request.connectionId} and status = 'active'
      returning id
    `,
    { prepared: true },
  );
  return started.length === 0 ? undefined : { id, key };
}

/** What a browser brings back to a sign-in that was started. */
export interface Answered {
  key: string;
  connectionId: string;
  browser: string | undefined;
  requestId?: string | undefined;
}

/** A request that was just used up, before anybody has looked whether it is the right one. */
export interface UsedRequest extends OpenRequest {
  sameBrowser: boolean;
}

/**
 * Uses a sign-in up: of any number of answers exactly one gets it, in time by the clock of the database. Whether the
 * answer is the right one is said by `requireAnswered`; it is used up in any case.
 */
export async function useRequest(tx: Work, sent: Answered): Promise<UsedRequest | undefined> {
  const [row] = await tx.rows(
    sql<UsedRequest>`
      update sign_in_requests set used_at = now()
      where organization_id = ${tx.context.organizationId} and key_hash = ${hashOf(sent.key)} and used_at is null
        and expires_at > now()
      returning id, connection_id as "connectionId", return_path as "returnPath", is_test as "isTest",
        browser_hash = ${hashOf(sent.browser ?? '')} as "sameBrowser"
    `,
    { prepared: true },
  );
  return row;
}

/** The request, from the browser that started it, for the connection it was started with. Throws SignInRefusal. */
export function requireAnswered(row: UsedRequest | undefined, sent: Answered): OpenRequest {
  const isAsked = row && row.connectionId === sent.connectionId && (sent.requestId ?? row.id) === row.id;
  if (!isAsked) {
    throw new SignInRefusal(
      'unknown_request',
      'This answers no sign-in that is under way here: it was used before, took more than 15 minutes, or was never started here.',
    );
  }
  if (row.sameBrowser) return row;
  throw new SignInRefusal(
    'other_browser',
    'This sign-in was started in another browser, or its cookie was blocked.',
  );
}

/** Ends a sign-in that failed. True when it was a test that this browser started, which may be shown what failed. */
export async function endRequest(tx: Work, key: string, browser: string | undefined): Promise<boolean> {
  const [row] = await tx.rows(sql<{ is_test: boolean }>`
    update sign_in_requests set used_at = coalesce(used_at, now())
    where organization_id = ${tx.context.organizationId} and key_hash = ${hashOf(key)}
      and browser_hash = ${hashOf(browser ?? '')} and expires_at > now()
    returning is_test
  `);
  return row?.is_test ?? false;
}

/**
 * Lets an assertion in once, however often and wherever it is presented until it would be too old anyway. One that
 * answers a request is used up only where this transaction has used that request up, rightly and before this statement:
 * whoever only has a copy of it cannot take it from its owner. False when it was used before, or may not be.
 */
export async function useAssertion(
  tx: Work,
  connectionId: string,
  { id, expiresAt }: { id: string; expiresAt: Date },
  answered?: Answered,
): Promise<boolean> {
  const { organizationId } = tx.context;
  if (isSweepDue()) {
    tx.closing(sql`
      delete from used_assertions where organization_id = ${organizationId} and (connection_id, assertion_id) in (
        select connection_id, assertion_id from used_assertions
        where organization_id = ${organizationId} and expires_at < now()
        order by expires_at limit ${SWEPT_AT_ONCE} for update skip locked)
    `);
  }
  const isDue =
    answered === undefined
      ? sql`true`
      : sql`exists (
          select from sign_in_requests where organization_id = ${organizationId} and key_hash = ${hashOf(answered.key)}
            and used_at = now() and browser_hash = ${hashOf(answered.browser ?? '')}
            and connection_id = ${connectionId}::uuid ${ofRequest(answered)})`;
  const first = await tx.rows(
    sql`
      insert into used_assertions (organization_id, connection_id, assertion_id, expires_at)
      select ${organizationId}::uuid, ${connectionId}::uuid, ${id}, ${expiresAt.toISOString()}::timestamptz where ${isDue}
      on conflict do nothing returning assertion_id
    `,
    { prepared: true },
  );
  return first.length > 0;
}

const ofRequest = ({ requestId }: Answered) =>
  requestId === undefined ? sql`` : sql`and id = ${isId(requestId) ? requestId : null}::uuid`;

/** The refusal of whatever comes a second time. */
export const replayed = (id: string): SignInRefusal =>
  new SignInRefusal('replayed', `The assertion '${id.slice(0, 100)}' was used before.`);
