import { createSign, generateKeyPairSync, randomBytes } from 'node:crypto';

/** An RSA key with a self-signed certificate around it, as an identity provider has one. */
export interface SigningKey {
  privateKey: string;
  /** PEM. */
  certificate: string;
  /** Without its PEM lines, as metadata and KeyInfo carry it. */
  base64: string;
}

const der = (tag: number, ...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  const size = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), body]);
};
const sequence = (...parts: Buffer[]) => der(0x30, ...parts);
const time = (date: Date) => der(0x18, Buffer.from(`${date.toISOString().replaceAll(/[-:T]|\.\d+/g, '')}`));
/** sha256WithRSAEncryption (RFC 8017 appendix A.2.4). */
const ALGORITHM = sequence(der(6, Buffer.from('2a864886f70d01010b', 'hex')), der(5));

/** Makes a key and its certificate (RFC 5280 section 4.1), valid for so many days from now. */
export function makeSigningKey({ days = 365, bits = 2048, name = 'Test IdP' } = {}): SigningKey {
  const pair = generateKeyPairSync('rsa', { modulusLength: bits });
  const who = sequence(
    der(0x31, sequence(der(6, Buffer.from('550403', 'hex')), der(0x0c, Buffer.from(name)))),
  );
  const day = 86_400_000;
  const tbs = sequence(
    der(0xa0, der(2, Buffer.of(2))),
    der(2, Buffer.concat([Buffer.of(1), randomBytes(8)])),
    ALGORITHM,
    who,
    sequence(time(new Date(Date.now() - 400 * day)), time(new Date(Date.now() + days * day))),
    who,
    pair.publicKey.export({ format: 'der', type: 'spki' }),
  );
  const signature = createSign('sha256').update(tbs).sign(pair.privateKey);
  const base64 = sequence(tbs, ALGORITHM, der(3, Buffer.of(0), signature)).toString('base64');
  return {
    privateKey: pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    base64,
    certificate: `-----BEGIN CERTIFICATE-----\n${base64.replaceAll(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`,
  };
}
