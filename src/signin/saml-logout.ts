import { randomUUID } from 'node:crypto';
import type { LogoutTicket } from '../access/sign-in/logout-ticket.js';
import { SignInRefusal } from '../access/sign-in-refusal.js';
import { attributeOf, childrenOf, everyElement, isNamed, soleText } from '../access/sso/xml.js';
import { escapeHtml } from '../mail/render-mail.js';
import { MAX_SKEW_MS } from './saml-assertion.js';
import { parsed } from './saml-envelope.js';
import { ds, MAX_VALUE, SUCCESS, saml, samlp } from './saml-names.js';

/** A message is for the moment it was made. */
const MAX_AGE_MS = 10 * 60_000;
const MAX_SESSIONS = 100;
const NAMESPACES =
  'xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"';

type SamlTicket = Extract<LogoutTicket, { kind: 'saml' }>;

const attribute = (name: string, value: string | null): string =>
  value === null ? '' : ` ${name}="${escapeHtml(value)}"`;

const head = (destination: string, issuer: string, more = ''): string =>
  `${NAMESPACES} ID="_${randomUUID()}" Version="2.0" IssueInstant="${new Date().toISOString()}" Destination="${escapeHtml(destination)}"${more}><saml:Issuer>${escapeHtml(issuer)}</saml:Issuer>`;

/** Tells a provider that somebody signed out here (SAML 2.0 core section 3.7.1). */
export function logoutRequestXml(destination: string, issuer: string, ticket: SamlTicket): string {
  const nameId = `<saml:NameID${attribute('NameQualifier', ticket.nameQualifier)}${attribute('SPNameQualifier', ticket.spNameQualifier)}${attribute('Format', ticket.format)}>${escapeHtml(ticket.nameId)}</saml:NameID>`;
  const index =
    ticket.sessionIndex === null
      ? ''
      : `<samlp:SessionIndex>${escapeHtml(ticket.sessionIndex)}</samlp:SessionIndex>`;
  return `<samlp:LogoutRequest ${head(destination, issuer)}${nameId}${index}</samlp:LogoutRequest>`;
}

/** Tells a provider that what it asked for was done. */
export function logoutResponseXml(destination: string, issuer: string, inResponseTo: string): string {
  const about = attribute('InResponseTo', inResponseTo);
  return `<samlp:LogoutResponse ${head(destination, issuer, about)}<samlp:Status><samlp:StatusCode Value="${SUCCESS}"/></samlp:Status></samlp:LogoutResponse>`;
}

/** Somebody's sessions are over, says a provider. */
export interface LogoutRequest {
  id: string;
  subject: string;
  /** Its own sessions that ended; none means all. */
  sessionIndexes: string[];
  expiresAt: Date;
}

const malformed = (detail: string): SignInRefusal => new SignInRefusal('malformed', detail);

/** Who says it, before anything is proven: it decides by which certificates the signature is checked. */
export function issuerOf(root: Element): string {
  const [issuer, ...more] = childrenOf(root, saml('Issuer')).map(soleText);
  if (!issuer || more.length > 0) throw new SignInRefusal('issuer', 'The message does not name one issuer.');
  return issuer;
}

/** A message's root; a signature inside of it has no business in this binding. */
export function logoutMessage(xml: string): Element {
  const root = parsed(xml);
  if (attributeOf(root, 'Version') !== '2.0') throw malformed('The message is not SAML 2.0.');
  if (everyElement(root).some((one) => isNamed(one, ds('Signature')) || /^Encrypted/.test(one.localName))) {
    throw malformed(
      'The message holds a signature or something encrypted, which does not belong in an address.',
    );
  }
  return root;
}

/** Reads a verified request of a provider: for us, now, about one subject. Throws SignInRefusal. */
export function readLogoutRequest(root: Element, destination: string, now = Date.now()): LogoutRequest {
  if (!isNamed(root, samlp('LogoutRequest'))) throw malformed('The message is not a LogoutRequest.');
  const id = attributeOf(root, 'ID');
  if (!id || id.length > MAX_VALUE / 2) throw malformed('The request has no ID.');
  requireDestination(root, destination);
  const issued = instant(root, 'IssueInstant');
  if (issued === undefined || issued > now + MAX_SKEW_MS) {
    throw new SignInRefusal('not_yet_valid', 'The request was made in the future, or does not say when.');
  }
  const until = Math.min(issued + MAX_AGE_MS, instant(root, 'NotOnOrAfter') ?? Number.POSITIVE_INFINITY);
  if (until <= now - MAX_SKEW_MS) throw new SignInRefusal('expired', 'The request is too old.');
  const [nameId, ...more] = childrenOf(root, saml('NameID'));
  const subject = soleText(nameId);
  if (
    !subject ||
    more.length > 0 ||
    subject !== nameId?.firstChild?.nodeValue ||
    subject.length > MAX_VALUE
  ) {
    throw new SignInRefusal('subject', 'The NameID is not one plain text.');
  }
  const indexes = childrenOf(root, samlp('SessionIndex')).map(soleText);
  if (indexes.length > MAX_SESSIONS || indexes.some((one) => !one || one.length > MAX_VALUE)) {
    throw malformed('The request names sessions in a way nobody can read.');
  }
  const sessionIndexes = indexes.flatMap((one) => one ?? []);
  return { id, subject, sessionIndexes, expiresAt: new Date(issued + MAX_AGE_MS + 2 * MAX_SKEW_MS) };
}

/** Whether a verified answer of a provider says that it has signed the person out too. Throws SignInRefusal. */
export function readLogoutResponse(root: Element, destination: string): boolean {
  if (!isNamed(root, samlp('LogoutResponse'))) throw malformed('The message is not a LogoutResponse.');
  requireDestination(root, destination);
  const codes = childrenOf(root, samlp('Status')).flatMap((one) => childrenOf(one, samlp('StatusCode')));
  return codes.length === 1 && codes[0] !== undefined && attributeOf(codes[0], 'Value') === SUCCESS;
}

function requireDestination(root: Element, destination: string): void {
  const sent = attributeOf(root, 'Destination');
  if (sent === destination) return;
  throw new SignInRefusal(
    'destination',
    `The message is for '${(sent ?? '').slice(0, 200)}', not for '${destination}'.`,
  );
}

function instant(element: Element, name: string): number | undefined {
  const text = attributeOf(element, name);
  if (text === undefined) return undefined;
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw malformed(`'${name}' is not a time in UTC.`);
  return time;
}
