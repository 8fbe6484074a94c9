import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';

const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)/i;
/** US-ASCII is a part of UTF-8. */
const UTF8 = /^(?:utf-?8|us-ascii)$/i;

/**
 * JSON in UTF-8 and nothing else (RFC 8259 section 8.1), as SCIM takes it: another charset is 415, and bytes that are no
 * UTF-8 are 400, because decoding them leniently turns different names into one. `__proto__` is refused, not dropped.
 */
export function acceptGraphqlBodies(app: FastifyInstance, bodyLimit: number): void {
  app.removeAllContentTypeParsers();
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer', bodyLimit },
    (request, bytes: Buffer, done) => {
      const charset = CHARSET.exec(request.headers['content-type'] ?? '')?.[1] ?? 'utf-8';
      if (!UTF8.test(charset)) return done(refusal(415, charset));
      if (!isUtf8(bytes)) return done(refusal(400, 'not UTF-8'));
      return parse(request, bytes.toString('utf8'), done);
    },
  );
}

const refusal = (statusCode: number, why: string): Error => Object.assign(new Error(why), { statusCode });
