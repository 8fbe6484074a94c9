import { domainToASCII } from 'node:url';
import { fold } from '../kernel/fold.js';

/** RFC 1035 section 2.3.4. */
const MAX_DOMAIN = 253;
const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;

/**
 * A domain as IDNA writes it on the wire: lower case, ASCII, without the dot of an absolute name. Undefined for what is
 * no domain with at least two labels: an address, a URL, a port, an IP address in any spelling.
 */
export function asciiDomain(text: string): string | undefined {
  const name = fold(text.trim()).replace(/\.$/, '');
  // The URL parser behind domainToASCII stops at these, and would take the beginning for the whole.
  if (name.length > MAX_DOMAIN || /[\s\p{C}/\\?#@:%[\]<>^|]/u.test(name)) return undefined;
  const ascii = domainToASCII(name);
  const labels = ascii.split('.');
  const isDomain =
    labels.length >= 2 && ascii.length <= MAX_DOMAIN && labels.every((label) => LABEL.test(label));
  return isDomain && !/^(\d+|0x[\da-f]*)$/.test(labels.at(-1) ?? '') ? ascii : undefined;
}

/**
 * The address with its domain in ASCII, so that two spellings of one mailbox are one person (abuse 17). Undefined when
 * the domain is none.
 */
export function canonicalAddress(email: string): { email: string; domain: string } | undefined {
  const at = fold(email).lastIndexOf('@');
  const domain = asciiDomain(fold(email).slice(at + 1));
  return domain === undefined ? undefined : { email: `${fold(email).slice(0, at)}@${domain}`, domain };
}
