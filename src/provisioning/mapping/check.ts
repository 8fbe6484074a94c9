import type { Language } from '../../organizations/organization.entity.js';
import type { Provider } from '../scim-connection.entity.js';
import { adviceFor } from './advice.js';
import { MAPPED_ATTRIBUTES, type MappedAttribute } from './attributes.js';

/** What the log says of one attribute. */
export const MAPPING_STATES = ['seen', 'missing', 'wrong-type', 'unknown'] as const;
export type MappingState = (typeof MAPPING_STATES)[number];

/** One write of a person, as far as the check reads it; newest first in a list. */
export interface LoggedWrite {
  requestId: string;
  operation: string;
  status: number;
  detail: string | null;
  normalisations: readonly string[];
  /** The attributes that changed to a value or from one. */
  changed: readonly string[];
}

/** What is known of one attribute, and what to change. */
export interface AttributeCheck {
  attribute: string;
  required: boolean;
  state: MappingState;
  /** Requests that brought a value, among those looked at. */
  samples: number;
  /** The newest of them. */
  lastSeenRequestId: string | null;
  /** The newest request that was refused for this attribute. */
  lastRefusedRequestId: string | null;
  /** What to change at the provider; empty when nothing is wrong. */
  advice: string;
}

const REQUIRED = 'This field is required.';

/** `'emails': ['This field is required.']` in the words of a refusal (B13). */
const PROBLEM = /'([^']+)': \['((?:[^'\\]|\\.)*)'/g;
/** `'name.familyName' needs a string`, `'emails' is required and cannot be removed` in the words of a PATCH. */
const PATCH_PROBLEM = /'([^']+)' (needs|is required)\b/g;
const WRONG = 'needs something else';

/**
 * What a provider's mapping has for each attribute of B8, judged by its newest writes (newest first). Of a required
 * attribute the newest request that says anything decides, so that a mended mapping is seen at once; an optional one is
 * missing only if no creation ever brought it.
 */
export function checkMapping(
  writes: readonly LoggedWrite[],
  provider: Provider,
  language: Language,
): AttributeCheck[] {
  const read = writes.map((write) => ({ write, problems: problemsIn(write) }));
  const hasCreations = writes.some(({ operation, status }) => operation === 'provisionUser' && status < 400);
  return MAPPED_ATTRIBUTES.map((attribute) => {
    const seen = read.filter(({ write }) => brings(write, attribute));
    const refused = read.filter(({ problems }) => problems.has(attribute.logged));
    const [lastSeen, lastRefused] = [seen[0], refused[0]];
    const isAtFault = lastRefused && (!lastSeen || read.indexOf(lastRefused) < read.indexOf(lastSeen));
    const state = isAtFault
      ? lastRefused.problems.get(attribute.logged) === REQUIRED
        ? 'missing'
        : 'wrong-type'
      : lastSeen
        ? 'seen'
        : hasCreations
          ? 'missing'
          : 'unknown';
    return {
      attribute: attribute.path,
      required: attribute.required,
      state,
      samples: seen.length,
      lastSeenRequestId: lastSeen?.write.requestId ?? null,
      lastRefusedRequestId: lastRefused?.write.requestId ?? null,
      advice: adviceFor(state, attribute, provider, language),
    };
  });
}

/** employeeNumber stood in for an externalId that was not sent: it works, and the mapping still lacks it. */
const brings = ({ changed, status, normalisations }: LoggedWrite, { logged }: MappedAttribute): boolean =>
  status < 400 &&
  changed.includes(logged) &&
  !(logged === 'externalId' && normalisations.some((one) => one.startsWith('employeeNumber-as-externalId')));

function problemsIn({ status, detail }: LoggedWrite): Map<string, string> {
  if (status !== 400 || detail === null) return new Map();
  const inList = [...detail.matchAll(PROBLEM)].map(([, attribute = '', sentence = '']) => [
    attribute,
    sentence,
  ]);
  const inPatch = [...detail.matchAll(PATCH_PROBLEM)].map(([, attribute = '', what]) => [
    attribute,
    what === 'needs' ? WRONG : REQUIRED,
  ]);
  return new Map(
    [...inList, ...inPatch].map(([attribute = '', sentence = '']) => [
      attribute.replace(/^emails\b.*/, 'emails'),
      sentence,
    ]),
  );
}
