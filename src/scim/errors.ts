import type { DomainError, ErrorCode } from '../kernel/errors.js';
import { ATTRIBUTE_NAMES } from './user-input.js';

/** What a code of the catalogue is on this wire (RFC 7644 section 3.12). */
interface Wire {
  status: number;
  scimType?: string;
}

/** How each code of the catalogue looks on the SCIM wire (RFC 7644 section 3.12). */
export const WIRE: Readonly<Record<ErrorCode, Wire>> = {
  UNAUTHENTICATED: { status: 401 },
  FORBIDDEN: { status: 403 },
  NOT_FOUND: { status: 404 },
  INVALID_INPUT: { status: 400, scimType: 'invalidValue' },
  CONFLICT: { status: 409, scimType: 'uniqueness' },
  PRECONDITION_FAILED: { status: 412 },
  NOT_SUPPORTED: { status: 501 },
  LIMIT_EXCEEDED: { status: 413 },
  RATE_LIMITED: { status: 429 },
  SCIM_MANAGED: { status: 403 },
  UNAVAILABLE: { status: 503 },
  INTERNAL: { status: 500 },
};

/** `status` is a string, as RFC 7644 has it. */
export interface ScimErrorBody {
  schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'];
  status: string;
  scimType?: string;
  detail: string;
}

/** The body of an error answer; an administrator reads `detail` inside their identity provider. */
export function scimError(status: number, detail: string, scimType?: string): ScimErrorBody {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: String(status),
    ...(scimType !== undefined && { scimType }),
    detail,
  };
}

/**
 * The same error with the request id at the end of its detail, where the administrator who reads it finds it. Left as
 * they are: the shape that rule B13 fixes, and 401, which is the same for everybody whatever was wrong.
 */
export function quoting(body: ScimErrorBody, requestId: string): ScimErrorBody {
  const isFixed = body.status === '401' || body.detail.startsWith("{'") || body.detail.includes(requestId);
  return isFixed ? body : { ...body, detail: `${body.detail} (request ${requestId})` };
}

/** A refusal of a room, in this door's words: status, body and headers. */
export function toScimError(error: DomainError): {
  status: number;
  body: ScimErrorBody;
  headers: Record<string, string>;
} {
  const { status, scimType } = WIRE[error.code];
  // Too many members are a fault of the content (400 tooMany), an oversized body one of the message (413).
  const sent = error.code === 'LIMIT_EXCEEDED' && error.scimType !== undefined ? 400 : status;
  const headers: Record<string, string> = {};
  if (status === 401) headers['www-authenticate'] = 'Bearer realm="scim", Basic realm="scim"';
  if (error.retryAfter !== undefined) headers['retry-after'] = String(Math.ceil(error.retryAfter));
  return { status: sent, body: scimError(sent, detailOf(error), error.scimType ?? scimType), headers };
}

/** An operation refuses an attribute by its own name of it; whoever reads the detail knows it by SCIM's. */
function detailOf({ message, field = '' }: DomainError): string {
  return message.startsWith(`'${field}': `)
    ? `'${scimNameOf(field)}'${message.slice(field.length + 2)}`
    : message;
}

/** `change.profile.nickName` is nickName, `givenName` is name.givenName; behind a URN comes a colon. */
function scimNameOf(field: string): string {
  const names: Readonly<Record<string, string>> = ATTRIBUTE_NAMES;
  const own = field.replace(/^change\.(?=.)/, '');
  return names[own] ?? own.replace(/^profile\.(?=.)/, '').replace(/^(urn:.+?:User)\./i, '$1:');
}
