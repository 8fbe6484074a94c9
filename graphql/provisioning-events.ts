import { notFound } from '../src/kernel/errors.js';
import type { Outcome } from '../src/provisioning/log-entry.js';
import { isLater, readLogCursor, toLogCursor } from '../src/provisioning/log-position.js';
import {
  EVENTS_PAGE,
  provisioningEvents,
  provisioningLogEnd,
  requireReached,
} from '../src/provisioning/provisioning-events.queries.js';
import type { GraphqlContext } from './context.js';
import type { ProvisioningEvent } from './live.graphql.js';
import type { Live, LiveEvent } from './live.js';

export interface ProvisioningEventsArgs {
  connectionId?: string | null;
  outcome?: Outcome | null;
  after?: string | null;
}

/** The subscriber behind a subscription. Only the door for streams has one. */
export function liveOf({ live }: GraphqlContext): Live {
  if (!live) throw new Error('A subscription is answered as a stream.');
  return live;
}

/**
 * The tail of the provisioning log: from `after`, or from now, each request once and in the order in which they became
 * visible. NOT_FOUND for an unknown connection, INVALID_INPUT for a cursor that is none of this stream.
 */
export async function* tailProvisioningLog(
  from: GraphqlContext,
  { connectionId, outcome, after }: ProvisioningEventsArgs,
): AsyncGenerator<LiveEvent<ProvisioningEvent>> {
  const live = liveOf(from);
  if (connectionId && !(await from.loaders.scimConnection.load(connectionId))) {
    throw notFound('SCIM connection', connectionId);
  }
  const { now } = await provisioningLogEnd(live.context, {});
  const cursor = live.after(after);
  let at = cursor === undefined ? now : readLogCursor(cursor);
  requireReached(at, now);
  // So that who is cut off before the first event can go on from here.
  yield { cursor: toLogCursor(at), value: undefined };
  do {
    const newest = (await live.look('log', (context) => provisioningLogEnd(context, {})))?.newest;
    while (newest && isLater(newest, at)) {
      const look = `log ${connectionId} ${outcome} ${toLogCursor(at)} ${toLogCursor(newest)}`;
      const events = await live.look(look, (context) =>
        provisioningEvents(context, { after: at, upTo: newest, connectionId, outcome }),
      );
      if (!events) break;
      for (const { position, row } of events) {
        const place = toLogCursor(position);
        yield { cursor: place, value: { cursor: place, request: row } };
      }
      at = events.length < EVENTS_PAGE ? newest : (events.at(-1)?.position ?? newest);
    }
  } while (await live.again());
}
