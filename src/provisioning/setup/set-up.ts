import type { Language } from '../../organizations/organization.entity.js';
import type { ConnectionFacts } from '../connection-facts.js';
import { CLIENT_PREFIX } from '../credentials.js';
import { lockOf } from '../health/health.js';
import { MAPPED_ATTRIBUTES } from '../mapping/attributes.js';
import { SOURCES } from '../mapping/sources.js';
import type { Provider } from '../scim-connection.entity.js';
import type { FieldValue } from './setup-text.js';
import { SETUP_TEXTS } from './setup-texts.js';

/** What an administrator does next (B2). */
export const SETUP_STEPS = ['unlock', 'generate-credentials', 'enter-at-provider', 'done'] as const;
export type SetupStep = (typeof SETUP_STEPS)[number];

/** One field of the provider's form. */
export interface SetupField {
  label: string;
  /** The organization's own value; null where a secret belongs, which only the moment of its creation shows. */
  value: string | null;
  /** Which secret belongs here, if one does. */
  secret: 'token' | 'client-secret' | null;
  /** The last four characters of the newest such secret, to tell that the right one is pasted. */
  lastFour: string | null;
}

/** The instructions of one connection with the organization's real values. */
export interface Setup {
  language: Language;
  nextStep: SetupStep;
  baseUrl: string;
  steps: { title: string; text: string; fields: SetupField[] }[];
  /** What to enter in the provider's mapping: its own name for a value, and ours. */
  attributes: { attribute: string; source: string; required: boolean }[];
  tests: string[];
}

/** Never contains a secret: none is kept (B3). */
export function setupOf(
  provider: Provider,
  facts: ConnectionFacts,
  baseUrl: string,
  language: Language = facts.language,
): Setup {
  const text = SETUP_TEXTS[provider][language];
  const fill = (template: string): string =>
    template.replaceAll('{baseUrl}', baseUrl).replaceAll('{slug}', facts.slug);
  return {
    language,
    nextStep: nextStepOf(facts),
    baseUrl,
    steps: text.steps.map((step) => ({
      title: step.title,
      text: fill(step.text),
      fields: (step.fields ?? []).map(([label, value]) => ({ label, ...fieldValue(value, facts, baseUrl) })),
    })),
    attributes: MAPPED_ATTRIBUTES.map(({ path, required }) => ({
      attribute: path,
      source: SOURCES[provider][path] ?? '',
      required,
    })),
    tests: text.tests.map(fill),
  };
}

function nextStepOf(facts: ConnectionFacts): SetupStep {
  if (lockOf(facts)) return 'unlock';
  if (facts.liveCredentials === 0) return 'generate-credentials';
  return facts.wasUsed ? 'done' : 'enter-at-provider';
}

function fieldValue(field: FieldValue, facts: ConnectionFacts, baseUrl: string): Omit<SetupField, 'label'> {
  const open = (value: string | null) => ({ value, secret: null, lastFour: null });
  switch (field) {
    case 'baseUrl':
      return open(baseUrl);
    case 'slug':
      return open(facts.slug);
    case 'clientId':
      return open(facts.basicLookupId === null ? null : `${CLIENT_PREFIX}_${facts.basicLookupId}`);
    case 'clientSecret':
      return { value: null, secret: 'client-secret', lastFour: facts.basicLastFour };
    case 'token':
      return { value: null, secret: 'token', lastFour: facts.bearerLastFour };
  }
}
