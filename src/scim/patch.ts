import { DomainError } from '../kernel/errors.js';
import { describe, isJsonObject, membersOf } from './json-input.js';
import { type PatchPath, parsePatchPath } from './patch-path.js';

export const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** Operations one PATCH may hold: Entra and Okta stay below a hundred, authentik sends one for each of its members. */
export const MAX_OPERATIONS = 1_000;

export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace';
  /** Absent when the operation has no path and its value is an object of `{path: value}`. */
  readonly path?: PatchPath;
  /** As it was sent; undefined when the operation has none, which is not the same as null. */
  readonly value: unknown;
  /** Its place in the request, from 1, and how many there are: every refusal names both. */
  readonly ordinal: number;
  readonly total: number;
}

/**
 * The operations of a PATCH body (RFC 7644 section 3.5.2, rule B22), in order, every path read. Nothing is looked up
 * yet, so a body is refused as a whole before anyone asks what it would change.
 * @throws DomainError INVALID_INPUT with `invalidSyntax` or `invalidPath`; LIMIT_EXCEEDED above MAX_OPERATIONS.
 */
export function parsePatch(body: unknown): PatchOperation[] {
  if (!isJsonObject(body))
    throw invalidSyntax(`A PATCH body must be a JSON object, but ${describe(body)} arrived.`);
  const member = membersOf(body);
  checkSchemas(member('schemas'));
  const operations = member('Operations');
  if (!Array.isArray(operations) || operations.length === 0) {
    const arrived = Array.isArray(operations) ? 'an empty list' : describe(operations);
    throw invalidSyntax(`"Operations" must be a list with at least one operation, but ${arrived} arrived.`);
  }
  const total = operations.length;
  if (total > MAX_OPERATIONS) {
    throw new DomainError(
      'LIMIT_EXCEEDED',
      `${total} operations arrived; one PATCH may hold at most ${MAX_OPERATIONS}. Send them in several requests.`,
      { scimType: 'tooMany' },
    );
  }
  return operations.map((operation: unknown, index) => {
    const place = { ordinal: index + 1, total };
    return atOperation(place, () => ({ ...readOperation(operation), ...place }));
  });
}

function checkSchemas(sent: unknown): void {
  const schemas: unknown[] = Array.isArray(sent) ? sent : [sent];
  if (schemas.some((urn) => typeof urn === 'string' && urn.toLowerCase() === PATCH_OP.toLowerCase())) return;
  throw invalidSyntax(`The "schemas" of a PATCH body must hold "${PATCH_OP}"; add it to the request.`);
}

function readOperation(operation: unknown): Pick<PatchOperation, 'op' | 'path' | 'value'> {
  if (!isJsonObject(operation))
    throw invalidSyntax(`It must be a JSON object, but ${describe(operation)} arrived.`);
  const member = membersOf(operation);
  const op = verbFrom(member('op'));
  const path = member('path');
  const value = member('value');
  if (path === undefined || path === null || path === '') return { op, value };
  if (typeof path === 'string') return { op, path: parsePatchPath(path), value };
  throw refused('invalidPath', `"path" must be a string, but ${describe(path)} arrived.`);
}

function verbFrom(sent: unknown): PatchOperation['op'] {
  const op = typeof sent === 'string' ? sent.toLowerCase() : undefined;
  if (op === 'add' || op === 'remove' || op === 'replace') return op;
  throw invalidSyntax(`"op" must be add, remove or replace, but ${describe(sent)} arrived.`);
}

const invalidSyntax = (sentence: string): DomainError => refused('invalidSyntax', sentence);

/** A refusal of an operation, with its keyword of RFC 7644 section 3.12. */
export function refused(
  scimType: 'invalidSyntax' | 'invalidPath' | 'invalidValue' | 'noTarget' | 'mutability',
  sentence: string,
): DomainError {
  return new DomainError('INVALID_INPUT', sentence, { scimType });
}

/** Runs a step of one operation; what it refuses begins with "Operation 3 of 5: ". */
export function atOperation<T>({ ordinal, total }: { ordinal: number; total: number }, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const { code, message, field, scimType, cause } = error;
    throw new DomainError(code, `Operation ${ordinal} of ${total}: ${message}`, {
      ...(field !== undefined && { field }),
      ...(scimType !== undefined && { scimType }),
      ...(cause !== undefined && { cause }),
    });
  }
}
