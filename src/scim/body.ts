import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { DomainError } from '../kernel/errors.js';

/** Deeper than any SCIM message; recursion over a body stays far from the end of the stack. */
const MAX_DEPTH = 32;

/**
 * Values of one body, counted by their commas: ten thousand members with all their sub-attributes are 40,000. A body of
 * 8 MB that is nothing but members of an object costs seconds to read, and everybody else waits for them.
 */
const MAX_VALUES = 100_000;

const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)/i;
/** US-ASCII is a part of UTF-8. */
const UTF8 = /^(?:utf-?8|us-ascii)$/i;

/**
 * SCIM's media type and plain JSON (B5), in UTF-8 (RFC 8259 section 8.1): another charset is 415, and bytes that are no
 * UTF-8 are refused, because decoding them leniently turns different names into one. `__proto__` and
 * `constructor.prototype` are refused, not dropped.
 */
export function acceptScimBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser(
    ['application/scim+json', 'application/json'],
    { parseAs: 'buffer' },
    (request, bytes: Buffer, done) => {
      // OneLogin and others announce JSON on requests that have no body.
      if (bytes.length === 0) return done(null, undefined);
      const charset = CHARSET.exec(request.headers['content-type'] ?? '')?.[1] ?? 'utf-8';
      if (!UTF8.test(charset)) return done(Object.assign(new Error(charset), { statusCode: 415 }));
      if (!isUtf8(bytes)) return done(invalidSyntax('The body is not UTF-8 text.'));
      const text = bytes.toString('utf8');
      const { depth, values } = sizeOf(text);
      if (depth > MAX_DEPTH)
        return done(invalidSyntax(`The body is nested deeper than ${MAX_DEPTH} levels.`));
      if (values > MAX_VALUES) return done(tooManyValues(values));
      return parse(request, text, done);
    },
  );
}

const invalidSyntax = (message: string): DomainError =>
  new DomainError('INVALID_INPUT', message, { scimType: 'invalidSyntax' });

const tooManyValues = (values: number): DomainError =>
  new DomainError(
    'LIMIT_EXCEEDED',
    `The body holds ${values} values; ${MAX_VALUES} are allowed. Send the members in several requests.`,
  );

/** The deepest nesting of brackets, and how many values there are, in one pass outside strings and without recursion. */
function sizeOf(json: string): { depth: number; values: number } {
  let depth = 0;
  let deepest = 0;
  let values = 1;
  let inString = false;
  for (let i = 0; i < json.length; i += 1) {
    const c = json.charCodeAt(i);
    if (inString) {
      if (c === 0x5c) i += 1;
      else if (c === 0x22) inString = false;
    } else if (c === 0x22) inString = true;
    else if (c === 0x2c) values += 1;
    else if (c === 0x7b || c === 0x5b) {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (c === 0x7d || c === 0x5d) depth -= 1;
  }
  return { depth: deepest, values };
}
