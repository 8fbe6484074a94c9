import { createSign, generateKeyPair, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

const BITS = 2_048;
/** Providers pin the key itself; a certificate that ends would only break signing out one day. */
const YEARS = 20;
const MAX_NAME = 64;

/** A key of ours and the certificate that shows its public half. */
export interface SelfSigned {
  /** PEM, PKCS #8. */
  privateKey: string;
  /** PEM. */
  certificate: string;
}

const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const NULL = 0x05;
const OBJECT_ID = 0x06;
const UTF8_STRING = 0x0c;
const GENERALIZED_TIME = 0x18;
const EXPLICIT_0 = 0xa0;

/** DER (ITU-T X.690 section 8.1): tag, length, content. */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length = body.length < 0x80 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...length), body]);
}

/** `sha256WithRSAEncryption` (RFC 8017 appendix A.2.4) and `commonName` (RFC 5280 appendix A.1). */
const SHA256_RSA = der(SEQUENCE, der(OBJECT_ID, Buffer.from('2a864886f70d01010b', 'hex')), der(NULL));
const COMMON_NAME = der(OBJECT_ID, Buffer.from('550403', 'hex'));

const time = (date: Date): Buffer =>
  der(GENERALIZED_TIME, Buffer.from(date.toISOString().replaceAll(/[-:T]|\.\d+/g, '')));

/** An RSA key with a certificate it signed itself (RFC 5280 section 4.1), by which a provider knows our messages. */
export async function selfSigned(name: string): Promise<SelfSigned> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: BITS });
  const who = der(
    SEQUENCE,
    der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8_STRING, Buffer.from(name.slice(0, MAX_NAME))))),
  );
  const now = new Date();
  const until = new Date(now);
  until.setUTCFullYear(until.getUTCFullYear() + YEARS);
  const toBeSigned = der(
    SEQUENCE,
    der(EXPLICIT_0, der(INTEGER, Buffer.of(2))),
    der(INTEGER, Buffer.of(1), randomBytes(15)),
    SHA256_RSA,
    who,
    der(SEQUENCE, time(now), time(until)),
    who,
    publicKey.export({ format: 'der', type: 'spki' }),
  );
  const signature = createSign('sha256').update(toBeSigned).sign(privateKey);
  const base64 = der(SEQUENCE, toBeSigned, SHA256_RSA, der(BIT_STRING, Buffer.of(0), signature)).toString(
    'base64',
  );
  return {
    privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    certificate: `-----BEGIN CERTIFICATE-----\n${base64.replaceAll(/(.{64})(?!$)/g, '$1\n')}\n-----END CERTIFICATE-----\n`,
  };
}
