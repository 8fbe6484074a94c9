import { type RawBuilder, sql } from 'kysely';
import type { Context } from './context.js';
import { newId } from './ids.js';

/** Something a worker must learn of. The ids are hints where to look; the rows are the truth (R7). */
export interface OutboxMessage {
  topic: string;
  ids: Record<string, string>;
}

/** Part of the transaction of the change: the message exists exactly when the change does. */
export const outboxRow = (context: Context, message: OutboxMessage): RawBuilder<unknown> => sql`
  insert into outbox (organization_id, id, topic, ids, request_id)
  values (${context.organizationId}, ${newId()}, ${message.topic}, ${JSON.stringify(message.ids)}, ${context.requestId})`;
