import { DomainError } from '../kernel/errors.js';
import { describe, isJsonObject, membersOf } from './json-input.js';
import { checkSchemas } from './list-query.js';
import { PATCH_OP } from './patch.js';
import { ProtocolError } from './protocol-error.js';

export const BULK_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';

/** Operations of one bulk request; each is a transaction of its own, so a thousand stay within seconds. */
export const MAX_BULK_OPERATIONS = 1_000;
/** Bytes of one bulk request. */
export const MAX_BULK_BYTES = 1024 * 1024;

/** One operation as it was sent; what is wrong with it is its own answer and fails no other. */
export interface BulkOperation {
  /** Its place in the request, from 0. */
  readonly index: number;
  /** In upper case; undefined when it is no string. */
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly bulkId: string | undefined;
  /** The ETag the resource must have (If-Match). */
  readonly version: string | undefined;
  readonly data: unknown;
}

export interface BulkRequest {
  readonly operations: readonly BulkOperation[];
  /** Errors after which the rest is not tried; infinite when the client does not say. */
  readonly failOnErrors: number;
}

const invalidSyntax = (sentence: string): DomainError =>
  new DomainError('INVALID_INPUT', sentence, { scimType: 'invalidSyntax' });

/**
 * The operations of a bulk request (RFC 7644 section 3.7).
 * @throws DomainError INVALID_INPUT `invalidSyntax`; ProtocolError 413 above MAX_BULK_OPERATIONS.
 */
export function bulkRequestFrom(body: unknown): BulkRequest {
  if (!isJsonObject(body))
    throw invalidSyntax(`A bulk request must be a JSON object, but ${describe(body)} arrived.`);
  const member = membersOf(body);
  checkSchemas(member('schemas'), BULK_REQUEST);
  const operations = member('Operations');
  if (!Array.isArray(operations) || operations.length === 0) {
    throw invalidSyntax('"Operations" of a bulk request must be a list with at least one operation.');
  }
  if (operations.length > MAX_BULK_OPERATIONS) {
    throw new ProtocolError(
      413,
      `${operations.length} operations arrived; maxOperations is ${MAX_BULK_OPERATIONS}. Send them in several bulk requests.`,
      { scimType: 'tooMany' },
    );
  }
  return {
    operations: operations.map(readOperation),
    failOnErrors: failOnErrorsFrom(member('failOnErrors')),
  };
}

function readOperation(sent: unknown, index: number): BulkOperation {
  const member = isJsonObject(sent) ? membersOf(sent) : () => undefined;
  const text = (name: string): string | undefined => {
    const value = member(name);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const method = text('method')?.toUpperCase();
  return {
    index,
    method,
    path: text('path'),
    bulkId: text('bulkId'),
    version: text('version'),
    data: dataFrom(method, member('data')),
  };
}

/** The example of RFC 7644 section 3.7 has the operations of a PATCH alone, as a list, in place of a PatchOp message. */
function dataFrom(method: string | undefined, sent: unknown): unknown {
  return method === 'PATCH' && Array.isArray(sent) ? { schemas: [PATCH_OP], Operations: sent } : sent;
}

/** None is accepted by 0 as by 1: either way the first error ends the request. */
function failOnErrorsFrom(sent: unknown): number {
  if (sent === undefined || sent === null) return Number.POSITIVE_INFINITY;
  if (typeof sent === 'number' && Number.isInteger(sent) && sent >= 0) return Math.max(sent, 1);
  throw invalidSyntax(`"failOnErrors" must be a whole number from 1, but ${describe(sent)} arrived.`);
}
