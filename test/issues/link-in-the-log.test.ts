import { PassThrough } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { buildApp } from '../../src/app.js';
import { createLogger } from '../../src/kernel/logger.js';
import { createOrigin } from '../../src/origin.js';
import { startProduct, type TestProduct } from '../support/product.js';

const lines: string[] = [];
let product: TestProduct;
let app: FastifyInstance;
beforeAll(async () => {
  product = await startProduct();
  const log = new PassThrough().on('data', (line) => lines.push(String(line)));
  const { database } = product;
  const origin = createOrigin(undefined, 'http://127.0.0.1:4000');
  app = await buildApp({
    database,
    origin,
    logger: createLogger('debug', log),
    production: false,
    doors: true,
  });
});
afterAll(async () => {
  await app.close();
  await product.close();
});

// The router reads more slashes as one, and an escaped letter as the letter; what was logged was looked at by the letter.
it.each([
  '/signin/invitation/SECRET.LINK',
  '//signin/invitation/SECRET.LINK',
  '/signin//reset//SECRET.LINK/',
  '/%73ignin/verification/SECRET.LINK',
  '/signin/invitations/SECRET.LINK',
  'http://127.0.0.1:4000/signin/reset/SECRET.LINK',
])('the secret of a mailed link is in no log line, however its address is written: %s', async (url) => {
  lines.length = 0;
  const { statusCode } = await app.inject({ url, headers: { host: '127.0.0.1:4000' } });
  expect([404, 410, 200]).toContain(statusCode);
  expect(lines.filter((line) => line.includes('"msg":"request"'))).toHaveLength(1);
  expect(lines.join('')).not.toContain('SECRET');
});
