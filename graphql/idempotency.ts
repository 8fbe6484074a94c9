import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { Kind, type OperationDefinitionNode, OperationTypeNode } from 'graphql';
import { DomainError } from '../src/kernel/errors.js';
import type { IdempotencyKey } from '../src/kernel/idempotency.js';

/** Printable and without spaces, as every key in use is; long enough for two UUIDs and a prefix. */
const KEY = /^[\x21-\x7e]{1,255}$/;

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What a request with an Idempotency-Key is made of. */
export interface KeyedRequest {
  /** The header as it arrived. */
  header: string | string[];
  /** The Authorization header: what is kept can only be read with it. */
  credential: string;
  operation: OperationDefinitionNode | undefined;
  query: unknown;
  variables: unknown;
}

/**
 * The Idempotency-Key of a mutation. Of a query it means nothing. INVALID_INPUT for a key that is none, and for a
 * request with several mutations: each is a transaction of its own, and the key could stand for one of them only.
 */
export function readIdempotencyKey(request: KeyedRequest): IdempotencyKey | undefined {
  const { header, credential, operation, query, variables } = request;
  if (operation?.operation !== OperationTypeNode.MUTATION) return undefined;
  if (typeof header !== 'string' || !KEY.test(header)) {
    throw invalid('An Idempotency-Key has 1 to 255 printable characters without spaces, such as a UUID.');
  }
  const [first, ...others] = operation.selectionSet.selections;
  if (first?.kind !== Kind.FIELD || others.length > 0) {
    throw invalid('A request with an Idempotency-Key holds one mutation. Send each in a request of its own.');
  }
  const secret = Buffer.from(hkdfSync('sha256', credential, header, 'rollcall idempotency key', 32));
  return {
    key: header,
    requestHash: createHash('sha256')
      .update(canonical([query, variables]))
      .digest(),
    seal: (result) => seal(secret, result),
    open: (sealed) => open(secret, sealed),
    claimed: false,
    replayed: false,
  };
}

const invalid = (message: string): DomainError =>
  new DomainError('INVALID_INPUT', message, { field: 'Idempotency-Key' });

/** JSON whose keys are in order, so that a client may send them in any. */
const canonical = (value: unknown): string =>
  JSON.stringify(value ?? null, (_name, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

function seal(secret: Buffer, plain: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, secret, nonce);
  const text = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]);
}

function open(secret: Buffer, sealed: Buffer): Buffer {
  const decipher = createDecipheriv(CIPHER, secret, sealed.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
}
