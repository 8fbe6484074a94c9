import type { AttributeMap } from '../access/sso/settings.js';
import type { SamlAssertion } from './saml-assertion.js';

/** Attributes as a provider sent them, by its own names. */
export type SentAttributes = Record<string, string[]>;

/** What an operation is told of a person. */
export interface Asserted {
  subject: string;
  match: string | undefined;
  email: string | undefined;
  givenName: string | undefined;
  familyName: string | undefined;
  title: string | undefined;
}

const MAX_CLAIM = 1_024;
const EMAIL_FORMAT = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress';

/** The first name that has a value decides. */
const pick = (sent: SentAttributes, names: readonly string[]): string | undefined =>
  names.map((name) => (Object.hasOwn(sent, name) ? sent[name]?.[0] : undefined)).find((value) => value);

function asserted(subject: string, sent: SentAttributes, map: AttributeMap): Asserted {
  return {
    subject,
    match: map.match.length === 0 ? subject : pick(sent, map.match),
    email: pick(sent, map.email),
    givenName: pick(sent, map.givenName),
    familyName: pick(sent, map.familyName),
    title: pick(sent, map.title),
  };
}

/** The person of an assertion; a NameID that is an address stands in for a missing one. */
export function fromAssertion(assertion: SamlAssertion, map: AttributeMap): Asserted {
  const { subject, subjectFormat, attributes } = assertion;
  const person = asserted(subject, attributes, map);
  return { ...person, email: person.email ?? (subjectFormat === EMAIL_FORMAT ? subject : undefined) };
}

/** Claims as lists of strings; what is neither is left out. */
export function claimsOf(claims: Record<string, unknown>): SentAttributes {
  const texts = (value: unknown): string[] =>
    [value]
      .flat()
      .filter((one) => typeof one === 'string' && one !== '' && one.length <= MAX_CLAIM) as string[];
  return Object.fromEntries(
    Object.entries(claims)
      .map(([name, value]) => [name, texts(value)] as const)
      .filter(([, values]) => values.length > 0),
  );
}

/** The person of an ID token; an address the provider itself has not verified is no address (abuse 3). */
export function fromClaims(subject: string, claims: Record<string, unknown>, map: AttributeMap): Asserted {
  const person = asserted(subject, claimsOf(claims), map);
  return claims.email_verified === false ? { ...person, email: undefined } : person;
}
