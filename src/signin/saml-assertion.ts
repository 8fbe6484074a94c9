import type { LogoutTicket } from '../access/sign-in/logout-ticket.js';
import { SignInRefusal } from '../access/sign-in-refusal.js';
import { attributeOf, childrenOf, everyElement, isNamed, soleText } from '../access/sso/xml.js';
import { BEARER, MAX_VALUE, saml } from './saml-names.js';

/** Clocks of providers are wrong by seconds; more than two minutes is a replay (issue 5). */
export const MAX_SKEW_MS = 120_000;
/** An assertion is for the moment it was made; the replay table keeps its id as long as it could be accepted. */
const MAX_AGE_MS = 10 * 60_000;
const MAX_ATTRIBUTES = 200;
const MAX_VALUES = 1_000;

/** What an assertion must say to be for us, now. */
export interface Expected {
  issuer: string;
  audience: string;
  acsUrl: string;
  now: number;
}

/** What a verified assertion says. */
export interface SamlAssertion {
  id: string;
  subject: string;
  subjectFormat: string | undefined;
  /** What names the provider's session of this person, for signing out there. */
  ticket: Extract<LogoutTicket, { kind: 'saml' }>;
  /** The id of the request it answers; undefined when sign-in started at the provider. */
  inResponseTo: string | undefined;
  /** After this it is refused for its age, so it need not be remembered. */
  expiresAt: Date;
  attributes: Record<string, string[]>;
}

/** Checks an assertion whose signature holds (SAML 2.0 profiles section 4.1.4.3); the first check that fails is thrown. */
export function readAssertion(assertion: Element, expected: Expected): SamlAssertion {
  if (!isNamed(assertion, saml('Assertion'))) throw malformed('What was signed is not an assertion.');
  const id = attributeOf(assertion, 'ID');
  if (!id || id.length > MAX_VALUE) throw malformed('The assertion has no ID.');
  const [issuer, ...issuers] = childrenOf(assertion, saml('Issuer')).map(soleText);
  if (issuer !== expected.issuer || issuers.length > 0) {
    throw new SignInRefusal('issuer', `The assertion is by '${issuer}', not by '${expected.issuer}'.`);
  }
  const { now } = expected;
  const issued = instant(assertion, 'IssueInstant');
  if (issued === undefined) throw malformed('The assertion does not say when it was issued.');
  if (issued > now + MAX_SKEW_MS) throw early('It was issued in the future.');
  if (issued < now - MAX_AGE_MS) throw late('It was issued more than ten minutes ago.');
  checkConditions(assertion, expected);
  if (childrenOf(assertion, saml('AuthnStatement')).length === 0) {
    throw malformed('The assertion does not say that anybody signed in.');
  }
  for (const statement of childrenOf(assertion, saml('AuthnStatement'))) {
    const ends = instant(statement, 'SessionNotOnOrAfter');
    if (ends !== undefined && ends <= now - MAX_SKEW_MS) throw late('The session at the provider has ended.');
  }
  const [subject, ...subjects] = childrenOf(assertion, saml('Subject'));
  if (!subject || subjects.length > 0)
    throw new SignInRefusal('subject', 'The assertion has not exactly one subject.');
  return {
    id,
    ...readNameId(subject, sessionIndexOf(assertion)),
    inResponseTo: readConfirmation(subject, expected),
    expiresAt: new Date(issued + MAX_AGE_MS + MAX_SKEW_MS),
    attributes: readAttributes(assertion),
  };
}

const malformed = (detail: string) => new SignInRefusal('malformed', detail);
const early = (detail: string) =>
  new SignInRefusal('not_yet_valid', `The assertion is not valid yet. ${detail} Check the provider's clock.`);
const late = (detail: string) =>
  new SignInRefusal('expired', `The assertion has expired. ${detail} Check the provider's clock.`);

function checkConditions(assertion: Element, { audience, now }: Expected): void {
  const [conditions, ...more] = childrenOf(assertion, saml('Conditions'));
  if (!conditions || more.length > 0) throw malformed('The assertion has not exactly one set of conditions.');
  checkWindow(conditions, now);
  const restrictions = childrenOf(conditions, saml('AudienceRestriction'));
  const isForUs = (restriction: Element) =>
    childrenOf(restriction, saml('Audience')).some((one) => soleText(one) === audience);
  if (restrictions.length > 0 && restrictions.every(isForUs)) return;
  const [first] = restrictions.flatMap((one) => childrenOf(one, saml('Audience'))).map(soleText);
  throw new SignInRefusal('audience', `The assertion is for '${first ?? 'anybody'}', not for '${audience}'.`);
}

function checkWindow(element: Element, now: number): void {
  const from = instant(element, 'NotBefore');
  const until = instant(element, 'NotOnOrAfter');
  if (until === undefined) throw malformed(`${element.localName} does not say until when it holds.`);
  if (from !== undefined && from > now + MAX_SKEW_MS) throw early('');
  if (until <= now - MAX_SKEW_MS) throw late('');
}

/** A bearer confirmation for our address; of several, one that fits. Returns the request it answers. */
function readConfirmation(subject: Element, { acsUrl, now }: Expected): string | undefined {
  const data = childrenOf(subject, saml('SubjectConfirmation'))
    .filter((one) => attributeOf(one, 'Method') === BEARER)
    .flatMap((one) => childrenOf(one, saml('SubjectConfirmationData')));
  const [only, ...more] = data;
  if (!only || more.length > 0) {
    throw new SignInRefusal('subject', 'The subject has not exactly one bearer confirmation.');
  }
  if (attributeOf(only, 'Recipient') !== acsUrl) {
    throw new SignInRefusal(
      'recipient',
      `The assertion is for the recipient '${attributeOf(only, 'Recipient') ?? ''}', not for '${acsUrl}'.`,
    );
  }
  checkWindow(only, now);
  return attributeOf(only, 'InResponseTo');
}

function sessionIndexOf(assertion: Element): string | null {
  const [statement] = childrenOf(assertion, saml('AuthnStatement'));
  const index = statement && attributeOf(statement, 'SessionIndex');
  return index && index.length <= MAX_VALUE ? index : null;
}

function readNameId(
  subject: Element,
  sessionIndex: string | null,
): Pick<SamlAssertion, 'subject' | 'subjectFormat' | 'ticket'> {
  const [nameId, ...more] = childrenOf(subject, saml('NameID'));
  const raw = nameId?.firstChild?.nodeValue ?? '';
  const name = soleText(nameId);
  if (!nameId || !name || more.length > 0 || name !== raw || name.length > MAX_VALUE || /\p{C}/u.test(name)) {
    throw new SignInRefusal('subject', 'The NameID is not one plain text.');
  }
  const qualified = (attribute: string) => attributeOf(nameId, attribute)?.slice(0, MAX_VALUE) ?? null;
  return {
    subject: name,
    subjectFormat: attributeOf(nameId, 'Format'),
    ticket: {
      kind: 'saml',
      nameId: name,
      format: qualified('Format'),
      nameQualifier: qualified('NameQualifier'),
      spNameQualifier: qualified('SPNameQualifier'),
      sessionIndex,
    },
  };
}

function readAttributes(assertion: Element): Record<string, string[]> {
  const elements = childrenOf(assertion, saml('AttributeStatement')).flatMap((statement) =>
    childrenOf(statement, saml('Attribute')),
  );
  if (elements.length > MAX_ATTRIBUTES)
    throw malformed(`The assertion has more than ${MAX_ATTRIBUTES} attributes.`);
  const attributes = new Map<string, string[]>();
  for (const element of elements) {
    const name = attributeOf(element, 'Name') ?? '';
    const values = childrenOf(element, saml('AttributeValue')).flatMap((value) =>
      everyElement(value).length === 1 ? (soleText(value) ?? []) : [],
    );
    const kept = [...(attributes.get(name) ?? []), ...values.filter(({ length }) => length <= MAX_VALUE)];
    attributes.set(name, kept.slice(0, MAX_VALUES));
  }
  return Object.fromEntries(attributes);
}

/** A time in UTC (SAML 2.0 core section 1.3.3), in milliseconds. */
function instant(element: Element, name: string): number | undefined {
  const text = attributeOf(element, name);
  if (text === undefined) return undefined;
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw malformed(`'${name}' is not a time in UTC.`);
  return time;
}
