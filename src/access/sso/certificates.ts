import { X509Certificate } from 'node:crypto';
import { DomainError } from '../../kernel/errors.js';

/** A provider shows the old and the new one while it rolls over; more are a federation's document pasted whole. */
export const MAX_CERTIFICATES = 4;
/** Shorter keys have been out of every recommendation since 2014 (NIST SP 800-131A). */
const MIN_RSA_BITS = 2_048;
/** Administrators need weeks, not days, to change a certificate at both ends. */
const WARN_DAYS = 30;
const DAY_MS = 86_400_000;

/** What an administrator compares with the provider's page. */
export interface CertificateInfo {
  /** SHA-256, as `AB:CD:...`. */
  fingerprint: string;
  subject: string;
  validFrom: Date;
  expiresAt: Date;
  expired: boolean;
  /** Whether it has expired or will within 30 days. */
  expiresSoon: boolean;
}

/** Base64 with any white space, with or without its PEM lines, as PEM. INVALID_INPUT for anything but a strong RSA certificate. */
export function toPem(text: string): string {
  const base64 = text.replaceAll(/-----(BEGIN|END) CERTIFICATE-----|\s/g, '');
  const pem = `-----BEGIN CERTIFICATE-----\n${base64.replaceAll(/(.{64})/g, '$1\n').trimEnd()}\n-----END CERTIFICATE-----\n`;
  const { publicKey } = read(pem);
  const bits = publicKey.asymmetricKeyDetails?.modulusLength ?? 0;
  if (publicKey.asymmetricKeyType === 'rsa' && bits >= MIN_RSA_BITS) return pem;
  throw refused(
    `uses a key of the kind ${publicKey.asymmetricKeyType} with ${bits} bits; RSA with at least ${MIN_RSA_BITS} bits is needed`,
  );
}

/** What a stored certificate says of itself, at this moment. */
export function certificateInfo(pem: string): CertificateInfo {
  const { fingerprint256, subject, validFromDate, validToDate } = read(pem);
  const left = validToDate.getTime() - Date.now();
  return {
    fingerprint: fingerprint256,
    subject: subject.split('\n').join(', '),
    validFrom: new Date(validFromDate),
    expiresAt: new Date(validToDate),
    expired: left <= 0,
    expiresSoon: left <= WARN_DAYS * DAY_MS,
  };
}

function read(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw refused('is not an X.509 certificate', error);
  }
}

const refused = (why: string, cause?: unknown): DomainError =>
  new DomainError(
    'INVALID_INPUT',
    `A signing certificate of the identity provider ${why}. Export it again.`,
    {
      field: 'metadata',
      cause,
    },
  );
