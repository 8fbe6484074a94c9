/** What became of a request (B40). A read that was answered is `unchanged`. */
export const OUTCOMES = ['applied', 'unchanged', 'ignored-parts', 'refused', 'failed'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Whose way of speaking SCIM a request showed; `other` when it could have been anybody's. */
export const DIALECTS = [
  'entra-legacy',
  'entra-flag',
  'okta',
  'onelogin',
  'jumpcloud',
  'google',
  'ping',
  'authentik',
  'keycloak',
  'other',
] as const;
export type Dialect = (typeof DIALECTS)[number];

/** Whose log a request belongs to. */
export interface LogOwner {
  organizationId: string;
  connectionId: string;
  credentialId: string;
}

/** A refused request names its owner by its credential, or only the organization, by the host it was sent to. */
export type RefusedBy = LogOwner | { slug: string };

/** One request of an identity provider as the log keeps it. It holds no credential and no password, ever. */
export interface LogEntry {
  id: string;
  owner: RefusedBy;
  /** `performance.now()` when the request arrived; the database clock makes a time of its age. */
  arrivedAt: number;
  requestId: string;
  method: string;
  resourceType: 'User' | 'Group' | null;
  targetId: string | null;
  /** The operation behind the route, or `authenticate`. */
  operation: string;
  status: number;
  outcome: Outcome;
  /** Why it was refused, in words for the organization's administrator. */
  detail: string | null;
  scimType: string | null;
  /** By attribute `{before, after}`; `members` is `{added, removed}`, each a count and the first ids. */
  changes: Record<string, unknown>;
  /** What was read as something else than it was sent as, and where: `boolean-as-string: active`. */
  normalisations: string[];
  /** Paths of what was passed over (B9). */
  ignored: string[];
  dialect: Dialect;
  /** Milliseconds; of a write until it was ready to commit, of everything else until it was answered. */
  durationMs: number;
  address: string;
  userAgent: string | null;
}

const MAX_DETAIL_LENGTH = 1_000;
const MAX_NAME_LENGTH = 200;
/** Names of one kind a row keeps; a client that sends more is told of by their number. */
const MAX_NAMES = 50;

/** The tokens and secrets of this product, wherever in a text a client put one. */
const OWN_SECRETS = /\brc[a-z]_[0-9a-f]{24}(?:_[\w-]{20,})?/g;

/** Text of a client that PostgreSQL can store, shortened, without any token of ours in it. */
export function plainText(text: string, maxLength: number): string {
  const plain = text
    .slice(0, maxLength * 2)
    .toWellFormed()
    .replaceAll('\0', '\uFFFD')
    .replace(OWN_SECRETS, '[credential]');
  return plain.length > maxLength ? `${plain.slice(0, maxLength).toWellFormed()}…` : plain;
}

/** At most MAX_NAMES names, each once; what is more is counted. */
export function plainNames(names: Iterable<string>): string[] {
  const all = [...new Set(names)];
  const kept = all.slice(0, MAX_NAMES).map((name) => plainText(withoutValues(name), MAX_NAME_LENGTH));
  return all.length > MAX_NAMES ? [...kept, `and ${all.length - MAX_NAMES} more`] : kept;
}

/** A path can pick an element by somebody's address; what kind of element it is may stay: `emails[type eq "work"].value`. */
const VALUE_FILTER = /\[(?!\s*(?:type|primary)\s+eq\s+"?\w+"?\s*\])[^\]]*\]?/gi;
const withoutValues = (path: string): string => path.replace(VALUE_FILTER, '[...]');

/** A refusal's words, bounded and without what could forge a line. */
export const plainDetail = (detail: string): string => plainText(detail, MAX_DETAIL_LENGTH);
