import { createPublicKey, createSign, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makeSigningKey } from './certificate.js';

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A JWT with whatever is in it, by whatever key. */
export function signedToken(
  privateKey: string,
  claims: Record<string, unknown>,
  head: Record<string, unknown> = {},
): string {
  const signed = `${part({ alg: 'RS256', kid: 'one', typ: 'logout+jwt', ...head })}.${part(claims)}`;
  return `${signed}.${createSign('sha256').update(signed).sign(privateKey, 'base64url')}`;
}

/** An OpenID provider whose private key the test has, so that it can say anything. */
export interface OpenProvider {
  issuer: string;
  privateKey: string;
  publicKey: KeyObject;
  /** How often its keys were asked for. */
  keysRead: number;
  /** Who comes with the next code. */
  next: { sub: string; sid?: string; nonce: string };
  close(): Promise<void>;
}

export async function startOpenProvider(clientId: string): Promise<OpenProvider> {
  const key = makeSigningKey();
  const publicKey = createPublicKey(key.privateKey);
  const server = createServer((request, answer) => {
    const json = (value: unknown) =>
      answer.setHeader('content-type', 'application/json').end(JSON.stringify(value));
    const { issuer } = provider;
    if (request.url?.endsWith('openid-configuration')) {
      json({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
        id_token_signing_alg_values_supported: ['RS256'],
      });
    } else if (request.url === '/jwks') {
      provider.keysRead += 1;
      json({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig' }] });
    } else {
      const { sub, sid, nonce } = provider.next;
      const now = Math.floor(Date.now() / 1_000);
      const claims = {
        iss: issuer,
        aud: clientId,
        iat: now,
        exp: now + 300,
        sub,
        sid,
        nonce,
        email: `${sub}@p.example`,
      };
      const idToken = signedToken(key.privateKey, claims, { typ: 'JWT' });
      json({ access_token: 'a', token_type: 'Bearer', expires_in: 300, id_token: idToken });
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const provider: OpenProvider = {
    issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    privateKey: key.privateKey,
    publicKey,
    keysRead: 0,
    next: { sub: '', nonce: '' },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
  return provider;
}
