import type { Dialect } from '../provisioning/log-entry.js';
import { isJsonObject, type JsonObject, membersOf } from './json-input.js';

/** What a request shows of who speaks. */
export interface SpokenRequest {
  method: string;
  /** Path and query exactly as they were sent. */
  url: string;
  userAgent: string | undefined;
  /** Entra sends `ADSCIMVersion`. */
  hasAdScimVersion: boolean;
  body: unknown;
}

const AGENTS: readonly (readonly [RegExp, Dialect])[] = [
  [/okta/i, 'okta'],
  [/onelogin/i, 'onelogin'],
  [/jumpcloud/i, 'jumpcloud'],
  [/authentik/i, 'authentik'],
  [/keycloak/i, 'keycloak'],
  [/ping(one|federate|[ -]?identity)/i, 'ping'],
  [/google/i, 'google'],
];
const MICROSOFT_AGENT = /azure|microsoft|entra/i;

/**
 * Recognises an identity provider by its user agent, else by the habits that identity-providers documents for it. It
 * changes nothing about the answer: a request that could be anybody's is `other`.
 */
export function dialectOf(request: SpokenRequest): Dialect {
  const agent = AGENTS.find(([pattern]) => pattern.test(request.userAgent ?? ''));
  if (agent) return agent[1];
  const spoken = isJsonObject(request.body) ? ofBody(request.body) : undefined;
  const isMicrosoft = request.hasAdScimVersion || MICROSOFT_AGENT.test(request.userAgent ?? '');
  if (isMicrosoft) return spoken === 'entra-flag' ? spoken : 'entra-legacy';
  return ofUrl(request) ?? spoken ?? 'other';
}

function ofUrl({ method, url }: SpokenRequest): Dialect | undefined {
  const [path = '', query] = url.split('?', 2);
  // OneLogin ends its addresses with a lone ? or &.
  if (query === '' || query?.endsWith('&')) return 'onelogin';
  if (method !== 'GET') return undefined;
  if (path.endsWith('/Users/0')) return 'ping';
  if (query === undefined) return undefined;
  if (/filter=[\w.]+(\+|%20)E[qQ](\+|%20)/.test(query)) return 'ping';
  // Form-encoded filters are Entra's; they are the same in both of its dialects, and the old one is the default.
  if (/filter=[^&]*\+eq\+/.test(query)) return 'entra-legacy';
  // A look-up by name with a start and without a count; Okta, which sends both, has told us its name.
  if (/^filter=userName%20eq%20%22[^&]*&startIndex=1$/.test(query)) return 'google';
  return undefined;
}

function ofBody(body: JsonObject): Dialect | undefined {
  const member = membersOf(body);
  const operations = member('Operations');
  return Array.isArray(operations)
    ? ofOperations(operations.filter(isJsonObject))
    : ofResource(body, member('schemas'));
}

/** `Operations` are told apart by how they spell the op and what a value without a path holds. */
function ofOperations(operations: readonly JsonObject[]): Dialect | undefined {
  for (const operation of operations) {
    const { op, path, value } = operation;
    if (typeof op === 'string' && /^[A-Z][a-z]/.test(op)) return 'entra-legacy';
    if (hasNullReference(value)) return 'entra-flag';
    if (path !== undefined || !isJsonObject(value)) continue;
    const names = Object.keys(value);
    if (names.includes('schemas')) return 'authentik';
    if (names.includes('id')) return 'okta';
    if (names.some((name) => name.startsWith('urn:') || /^[a-z]+(\[.*\])?\.[a-zA-Z]+$/.test(name)))
      return 'entra-flag';
  }
  return undefined;
}

function ofResource(body: JsonObject, schemas: unknown): Dialect | undefined {
  const urns = Array.isArray(schemas) ? schemas.filter((urn) => typeof urn === 'string') : [];
  if (urns.some((urn) => urn.startsWith('urn:scim:schemas:'))) return 'onelogin';
  if (urns.some((urn) => urn.startsWith('http://schemas.microsoft.com/'))) return 'entra-legacy';
  const { active, externalId, emails, meta, members, phoneNumbers } = body;
  if (hasRelativeReference(meta, 'location') || hasRelativeReference(members, '$ref')) return 'keycloak';
  if (typeof externalId === 'string' && /^[0-9a-f]{24}$/.test(externalId)) return 'jumpcloud';
  if (JSON.stringify(phoneNumbers)?.includes('"tel:')) return 'jumpcloud';
  if (first(emails)?.type === 'other' && first(emails)?.primary === true) return 'authentik';
  if (active === 'True' || active === 'False') return 'entra-legacy';
  if (typeof active === 'string') return 'onelogin';
  if (hasNullReference(members)) return 'entra-legacy';
  return undefined;
}

const first = (value: unknown): JsonObject | undefined => {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  return isJsonObject(one) ? one : undefined;
};

/** Entra writes `{"$ref": null, "value": id}`. */
const hasNullReference = (value: unknown): boolean => first(value)?.$ref === null;

/** The Keycloak extensions write `Users/<id>` where others write an address. */
const hasRelativeReference = (value: unknown, name: string): boolean => {
  const reference = first(value)?.[name];
  return typeof reference === 'string' && /^(Users|Groups)\//.test(reference);
};
