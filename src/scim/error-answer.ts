import type { FastifyRequest } from 'fastify';
import { DomainError } from '../kernel/errors.js';
import { type ScimErrorBody, scimError, toScimError } from './errors.js';
import { ProtocolError } from './protocol-error.js';

export interface ErrorAnswer {
  status: number;
  body: ScimErrorBody;
  headers: Record<string, string>;
}

/** What any error is on this wire: a refusal of a room, of this door, of the HTTP layer, or a fault of ours (500). */
export function toAnswer(error: unknown, request: Pick<FastifyRequest, 'id' | 'headers'>): ErrorAnswer {
  if (error instanceof DomainError) return toScimError(error);
  if (error instanceof ProtocolError) {
    const { status, message, options } = error;
    return { status, body: scimError(status, message, options.scimType), headers: { ...options.headers } };
  }
  const { status, detail, scimType } = fromHttpLayer(error, request);
  return { status, body: scimError(status, detail, scimType), headers: {} };
}

interface Refusal {
  status: number;
  detail: string;
  scimType?: string;
}

function fromHttpLayer(error: unknown, { id, headers }: Pick<FastifyRequest, 'id' | 'headers'>): Refusal {
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (status === 413) {
    return {
      status,
      detail:
        'The body is larger than this endpoint accepts. Send the operations or members in several requests.',
    };
  }
  if (status === 415) {
    const type = headers['content-type'] ?? 'none';
    return {
      status,
      detail: `Content-Type '${type.slice(0, 100)}' is not accepted. Send application/scim+json.`,
    };
  }
  if (status < 500 && error instanceof Error) {
    return { status, detail: `The request cannot be read: ${error.message}.`, scimType: 'invalidSyntax' };
  }
  return { status: 500, detail: `Something went wrong on our side. Quote request id ${id}.` };
}
