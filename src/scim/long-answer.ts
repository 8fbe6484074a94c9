import { Readable } from 'node:stream';
import type { ScimAnswer } from './call.js';
import type { JsonObject } from './json-input.js';

/**
 * A resource with a list too long to be held in memory, as JSON that is written while the list is read. The list comes
 * last; of its elements only one batch waits at a time. A failure on the way breaks the connection off, so that nobody
 * takes a part for the whole.
 */
export const longAnswer = (resource: JsonObject, rest: NonNullable<ScimAnswer['rest']>): Readable =>
  Readable.from(textOf(resource, rest), { objectMode: true, highWaterMark: 1 });

async function* textOf(
  resource: JsonObject,
  { attribute, batches }: NonNullable<ScimAnswer['rest']>,
): AsyncGenerator<string> {
  // Without a first batch every sub-attribute was left out of it.
  const { [attribute]: first = [], ...others } = resource;
  // `schemas` and `id` are in every answer, so a comma always follows.
  yield `${JSON.stringify(others).slice(0, -1)},${JSON.stringify(attribute)}:${JSON.stringify(first).slice(0, -1)}`;
  for await (const batch of batches) {
    if (batch.length > 0) yield `,${JSON.stringify(batch).slice(1, -1)}`;
  }
  yield ']}';
}
