import { constants, type KeyObject, verify } from 'node:crypto';
import type { ProviderKey } from './provider-keys.js';

const MIN_RSA_BITS = 2_048;

interface Algorithm {
  hash: string | null;
  type: string;
  curve?: string;
  isPss?: boolean;
}

/**
 * Signatures by a public key alone (RFC 7518 section 3.1, RFC 8037). `none` and everything with a shared secret are
 * missing: for those the public key would be the password.
 */
const ALGORITHMS: Readonly<Record<string, Algorithm>> = {
  RS256: { hash: 'sha256', type: 'rsa' },
  RS384: { hash: 'sha384', type: 'rsa' },
  RS512: { hash: 'sha512', type: 'rsa' },
  PS256: { hash: 'sha256', type: 'rsa', isPss: true },
  PS384: { hash: 'sha384', type: 'rsa', isPss: true },
  PS512: { hash: 'sha512', type: 'rsa', isPss: true },
  ES256: { hash: 'sha256', type: 'ec', curve: 'prime256v1' },
  ES384: { hash: 'sha384', type: 'ec', curve: 'secp384r1' },
  ES512: { hash: 'sha512', type: 'ec', curve: 'secp521r1' },
  EdDSA: { hash: null, type: 'ed25519' },
};

/** Whether a token with that algorithm can be proven by a public key. */
export const isProvable = (name: string): boolean => Object.hasOwn(ALGORITHMS, name);

/** Whether one of the keys made this signature with that very algorithm. */
export function isSignedBy(
  keys: readonly ProviderKey[],
  { algorithm: name, signed, signature }: { algorithm: string; signed: string; signature: Buffer },
): boolean {
  const algorithm = Object.hasOwn(ALGORITHMS, name) ? ALGORITHMS[name] : undefined;
  if (!algorithm) return false;
  return keys.some(
    ({ key, algorithm: only }) =>
      (only === undefined || only === name) &&
      fits(key, algorithm) &&
      verify(algorithm.hash, Buffer.from(signed), optionsOf(key, algorithm), signature),
  );
}

function fits(key: KeyObject, { type, curve }: Algorithm): boolean {
  if (key.asymmetricKeyType !== type) return false;
  const { namedCurve, modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  if (type === 'rsa') return modulusLength >= MIN_RSA_BITS;
  return curve === undefined || namedCurve === curve;
}

const optionsOf = (key: KeyObject, { isPss }: Algorithm) => ({
  key,
  dsaEncoding: 'ieee-p1363' as const,
  ...(isPss && { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }),
});
