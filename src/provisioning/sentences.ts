import type { MembershipEventKind } from '../directory/membership-events.js';

/** What one request of an identity provider says about itself. */
export interface RequestFacts {
  method: string;
  operation: string;
  outcome: string;
  status: number;
  detail: string | null;
  changed: readonly string[];
}

const OPERATIONS: Readonly<Record<string, string>> = {
  provisionUser: 'created or adopted this person',
  updateProvisionedUser: 'changed this person',
  deprovisionUser: 'deprovisioned this person',
  provisionGroup: 'created or adopted this group',
  updateProvisionedGroup: 'changed this group',
  deprovisionGroup: 'took this group away',
  user: 'read this person',
  group: 'read this group',
};

/** One request in a sentence for an administrator. */
export function requestSentence(facts: RequestFacts): string {
  const what = OPERATIONS[facts.operation] ?? `asked for ${facts.operation}`;
  if (facts.outcome === 'refused' || facts.outcome === 'failed') {
    const why = facts.detail === null ? '' : `: ${facts.detail}`;
    return `${facts.method} was ${facts.outcome} with ${facts.status}${why}`;
  }
  if (facts.outcome === 'unchanged' && facts.method !== 'GET')
    return `${facts.method} asked for what is so already.`;
  const changed = facts.changed.length > 0 ? ` (${facts.changed.join(', ')})` : '';
  const ignored = facts.outcome === 'ignored-parts' ? ' and named parts that are passed over' : '';
  return `${facts.method} ${what}${changed}${ignored}.`;
}

const ACTIONS: Readonly<Record<string, string>> = {
  'user.invited': 'Invited.',
  'user.created': 'Created.',
  'user.updated': 'Attributes were changed.',
  'user.provisioned': 'Provisioned.',
  'user.deprovisioned': 'Deprovisioned.',
  'user.deactivated': 'Deactivated by an administrator.',
  'user.reactivated': 'Reactivated by an administrator.',
  'user.erased': 'The personal data was erased.',
  'user.released': 'Released from SCIM.',
  'user.roleChanged': 'The role was changed.',
  'user.signedIn': 'Signed in.',
  'invitation.applied': 'What the invitation promised took effect.',
  'invitation.accepted': 'The invitation was accepted.',
  'invitation.revoked': 'The invitation was revoked.',
  'invitation.resent': 'The invitation was sent again.',
  'license.taken': 'Took a license.',
  'license.givenBack': 'Gave the license back.',
};

/** One audit row in a sentence: its action, and the names of what it changed; never a value. */
export function auditSentence(action: string, changed: readonly string[]): string {
  const known = ACTIONS[action] ?? `${action}.`;
  return changed.length === 0 ? known : `${known.replace(/\.$/, '')}: ${changed.join(', ')}.`;
}

const EVENTS: Readonly<Record<MembershipEventKind, (group: string) => string>> = {
  adding: (group) => `Adding to ${group} was accepted.`,
  active: (group) => `The membership in ${group} is in effect.`,
  removing: (group) => `Removing from ${group} was accepted.`,
  removed: (group) => `The membership in ${group} ended.`,
  cancelled: (group) => `Adding to ${group} was taken back before it was in effect.`,
  kept: (group) => `Removing from ${group} was taken back before it was in effect.`,
  refused: (group) =>
    `Could not be added to ${group}, because this person was deactivated or released from the identity provider.`,
};

/** One moment of a membership in a sentence. */
export const eventSentence = (kind: MembershipEventKind, groupName: string | null): string =>
  EVENTS[kind](groupName === null ? 'a group that is gone' : `'${groupName}'`);
