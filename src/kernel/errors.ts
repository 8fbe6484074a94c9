/**
 * Every way Rollcall says no. A room throws a DomainError; each door maps the code to its wire in one table
 * (`src/scim/errors`, `graphql/errors`). The message is public: it says what arrived, which rule refused it and
 * what to change. The cause is private and goes to the log only.
 */
export const ERROR_CODES = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'INVALID_INPUT',
  'CONFLICT',
  'PRECONDITION_FAILED',
  'NOT_SUPPORTED',
  'LIMIT_EXCEEDED',
  'RATE_LIMITED',
  'SCIM_MANAGED',
  'UNAVAILABLE',
  'INTERNAL',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export interface DomainErrorOptions {
  /** The input field at fault, in the domain's spelling (`email`, `filter`). */
  field?: string;
  /** Seconds after which the same request may succeed; becomes `Retry-After`. */
  retryAfter?: number;
  /** A keyword of RFC 7644 section 3.12 when the code alone is not precise enough (`invalidFilter`). */
  scimType?: string;
  /** What an operator needs to know and a client must not. */
  cause?: unknown;
}

/** A refusal with a code of the catalogue and a sentence for the person who reads it. */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly field: string | undefined;
  readonly retryAfter: number | undefined;
  readonly scimType: string | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: DomainErrorOptions = {},
  ) {
    super(message, { cause: options.cause });
    this.field = options.field;
    this.retryAfter = options.retryAfter;
    this.scimType = options.scimType;
  }
}

/** An id of ours has 36 characters. */
const MAX_SHOWN_ID = 64;

/** The id names nothing the caller may see; another organization's id reads the same (abuse 2). */
export const notFound = (noun: string, id: string): DomainError =>
  new DomainError('NOT_FOUND', `No ${noun} with id '${shownId(id)}' exists in this organization.`);

/** An id as a message repeats it: whatever a client sent in its place, a refusal stays short. */
export const shownId = (id: string): string =>
  id.length > MAX_SHOWN_ID ? `${id.slice(0, MAX_SHOWN_ID).toWellFormed()}...` : id.toWellFormed();
