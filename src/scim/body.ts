import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { DomainError } from '../kernel/errors.js';
import { ProtocolError } from './protocol-error.js';

/** Deeper than any SCIM message; recursion over a body stays far from the end of the stack. */
const MAX_DEPTH = 32;

/**
 * Values of one body, counted by their commas: fifty thousand members of a group with all their sub-attributes are
 * 200,000, and everybody else waits a fifth of a second while they are read.
 */
const MAX_VALUES = 250_000;

/** Members of one object. Lists of objects are read fast; one object of 8 MB costs seconds. */
const MAX_WIDTH = 10_000;

const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)/i;
/** US-ASCII is a part of UTF-8. */
const UTF8 = /^(?:utf-?8|us-ascii)$/i;

/**
 * SCIM's media type and plain JSON (B5), in UTF-8 (RFC 8259 section 8.1): another charset is 415, and bytes that are no
 * UTF-8 are refused, because decoding them leniently turns different names into one. `__proto__` and
 * `constructor.prototype` are refused, not dropped. A compressed body is 415 too: its size is not known before it is unpacked.
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
      const coding = request.headers['content-encoding']?.trim() || 'identity';
      if (coding.toLowerCase() !== 'identity') return done(compressed(coding));
      const charset = CHARSET.exec(request.headers['content-type'] ?? '')?.[1] ?? 'utf-8';
      if (!UTF8.test(charset)) return done(Object.assign(new Error(charset), { statusCode: 415 }));
      if (!isUtf8(bytes)) return done(invalidSyntax('The body is not UTF-8 text.'));
      const text = bytes.toString('utf8');
      const { depth, values, width } = sizeOf(text);
      if (depth > MAX_DEPTH)
        return done(invalidSyntax(`The body is nested deeper than ${MAX_DEPTH} levels.`));
      if (values > MAX_VALUES || width > MAX_WIDTH) return done(tooManyValues(values, width));
      return parse(request, text, (error, value) => done(error && unreadable(text), value));
    },
  );
}

const compressed = (coding: string): ProtocolError =>
  new ProtocolError(
    415,
    `Content-Encoding '${coding.slice(0, 100)}' is not accepted. Send the body as it is, without compression.`,
    { headers: { 'accept-encoding': 'identity' } },
  );

const invalidSyntax = (message: string): DomainError =>
  new DomainError('INVALID_INPUT', message, { scimType: 'invalidSyntax' });

/**
 * Fastify's own sentence names application/json whatever arrived. What JSON.parse says quotes the body, which may hold a
 * password, so only the place is repeated.
 */
function unreadable(json: string): DomainError {
  try {
    JSON.parse(json);
  } catch (error) {
    const [place] = /at position \d+|end of JSON/.exec(String(error)) ?? [];
    return invalidSyntax(`The body is not valid JSON${place ? ` (${place})` : ''}. Send one JSON object.`);
  }
  return invalidSyntax('The body holds a member named __proto__ or constructor.prototype. Leave it out.');
}

const tooManyValues = (values: number, width: number): DomainError =>
  new DomainError(
    'LIMIT_EXCEEDED',
    `The body holds ${values} values, ${width} of them in one object; ${MAX_VALUES} and ${MAX_WIDTH} are allowed. Send the members in several requests.`,
  );

/**
 * The deepest nesting of brackets, how many values there are, and the most members of one object, in one pass outside
 * strings and without recursion. Nesting beyond MAX_DEPTH ends it: the body is refused for that.
 */
function sizeOf(json: string): { depth: number; values: number; width: number } {
  let depth = 0;
  let deepest = 0;
  let values = 1;
  let width = 0;
  /** Members so far of the object at each depth; -1 for a list. */
  const members = new Int32Array(MAX_DEPTH + 2).fill(-1);
  let inString = false;
  for (let i = 0; i < json.length; i += 1) {
    const c = json.charCodeAt(i);
    if (inString) {
      if (c === 0x5c) i += 1;
      else if (c === 0x22) inString = false;
    } else if (c === 0x22) inString = true;
    else if (c === 0x2c) {
      values += 1;
      const here = members[depth] ?? -1;
      if (here > 0) {
        members[depth] = here + 1;
        if (here >= width) width = here + 1;
      }
    } else if (c === 0x7b || c === 0x5b) {
      depth += 1;
      if (depth > MAX_DEPTH) return { depth, values, width };
      members[depth] = c === 0x7b ? 1 : -1;
      if (depth > deepest) deepest = depth;
    } else if (c === 0x7d || c === 0x5d) depth -= 1;
  }
  return { depth: deepest, values, width };
}
