import type { Language } from '../../organizations/organization.entity.js';
import type { ConnectionFacts } from '../connection-facts.js';
import { HEALTH_TEXTS } from './health-texts.js';

/** How provisioning is doing, from "cannot be used" to "runs". */
export const HEALTH_STATES = [
  'locked',
  'not-set-up',
  'waiting-for-first-request',
  'connected',
  'degraded',
  'disabled',
] as const;
export type HealthState = (typeof HEALTH_STATES)[number];

/** Why it is in that state; each has its own words. */
export type HealthReason =
  | 'plan'
  | 'sso'
  | 'no-connection'
  | 'no-credential'
  | 'waiting'
  | 'running'
  | 'problems'
  | 'credential-ends'
  | 'credentials-ended'
  | 'disabled';

/** A judgement in words. */
export interface Health {
  state: HealthState;
  sentence: string;
  /** What to do; empty when there is nothing to do. */
  advice: string;
  recentRequests: number;
  recentProblems: number;
}

/** A refusal now and then is a provider's everyday life; this many, and this much of all, is somebody's fault. */
const MIN_PROBLEMS = 5;
const PROBLEM_SHARE = 0.1;

const STATE_OF: Readonly<Record<HealthReason, HealthState>> = {
  plan: 'locked',
  sso: 'locked',
  'no-connection': 'not-set-up',
  'no-credential': 'not-set-up',
  waiting: 'waiting-for-first-request',
  running: 'connected',
  problems: 'degraded',
  'credential-ends': 'degraded',
  'credentials-ended': 'degraded',
  disabled: 'disabled',
};

/** B1-B4: what stops everything comes first, then what stops this connection, then what will. */
export function reasonOf(facts: ConnectionFacts): HealthReason {
  const locked = lockOf(facts);
  if (locked) return locked;
  if (facts.status === 'disabled') return 'disabled';
  if (facts.liveCredentials === 0) return facts.wasUsed ? 'credentials-ended' : 'no-credential';
  if (!facts.wasUsed) return 'waiting';
  if (facts.endsSoon) return 'credential-ends';
  const { recentRequests, recentProblems } = facts;
  const isMuch = recentProblems >= MIN_PROBLEMS && recentProblems >= recentRequests * PROBLEM_SHARE;
  return isMuch ? 'problems' : 'running';
}

/** What is missing before anything can be set up (B1). */
export function lockOf({
  plan,
  hasSso,
}: Pick<ConnectionFacts, 'plan' | 'hasSso'>): 'plan' | 'sso' | undefined {
  return plan !== 'enterprise' ? 'plan' : hasSso ? undefined : 'sso';
}

/** How a connection is doing, in a language; the organization's unless said otherwise. */
export function healthOf(facts: ConnectionFacts, language: Language = facts.language): Health {
  const { recentRequests, recentProblems, usedUntil } = facts;
  const day = usedUntil?.toISOString().slice(0, 10) ?? '';
  return inWords(reasonOf(facts), language, { recentRequests, recentProblems, day });
}

/** How an organization without a connection is doing. */
export const healthWithoutConnection = (
  facts: Pick<ConnectionFacts, 'plan' | 'hasSso'>,
  language: Language,
): Health =>
  inWords(lockOf(facts) ?? 'no-connection', language, { recentRequests: 0, recentProblems: 0, day: '' });

function inWords(
  reason: HealthReason,
  language: Language,
  values: { recentRequests: number; recentProblems: number; day: string },
): Health {
  const [sentence, advice] = HEALTH_TEXTS[language][reason];
  const fill = (text: string): string =>
    text
      .replaceAll('{requests}', String(values.recentRequests))
      .replaceAll('{problems}', String(values.recentProblems))
      .replaceAll('{day}', values.day);
  const { recentRequests, recentProblems } = values;
  return {
    state: STATE_OF[reason],
    sentence: fill(sentence),
    advice: fill(advice),
    recentRequests,
    recentProblems,
  };
}
