import { isEmailAddress } from '../kernel/email-address.js';
import { booleanFrom, describe, isJsonObject, isUnassigned, membersOf } from './json-input.js';
import type { Problems } from './problems.js';

/** The attribute's name in errors and paths. */
export const EMAILS = 'emails';

interface EmailCandidate {
  value: unknown;
  work: boolean;
  primary: boolean;
}

/** The one address we keep: the work one, else the primary one, else the first (B8). Others are not even checked. */
export function emailFrom(value: unknown, problems: Problems): string | null {
  const candidates: EmailCandidate[] = [];
  for (const element of Array.isArray(value) ? value : [value]) {
    const candidate = emailCandidate(element, problems);
    if (candidate && !isUnassigned(candidate.value)) candidates.push(candidate);
  }
  if (problems.has(EMAILS)) return null;
  const work = candidates.filter((candidate) => candidate.work);
  const eligible = work.length > 0 ? work : candidates;
  const chosen = eligible.find((candidate) => candidate.primary) ?? eligible[0];
  if (chosen) return addressFrom(chosen.value, problems);
  problems.missing(EMAILS);
  return null;
}

/** An element of `emails`; OneLogin sends the element itself in place of the list, others a list of plain strings. */
function emailCandidate(element: unknown, problems: Problems): EmailCandidate | undefined {
  if (isUnassigned(element)) return undefined;
  if (typeof element === 'string') return { value: element, work: false, primary: false };
  if (!isJsonObject(element)) {
    if (!problems.has(EMAILS)) {
      problems.add(EMAILS, `Must be a list of objects with a value, but ${describe(element)} arrived.`);
    }
    return undefined;
  }
  const member = membersOf(element);
  const type = member('type');
  return {
    value: member('value'),
    work: typeof type === 'string' && type.toLowerCase() === 'work',
    primary: booleanFrom(member('primary')) === true,
  };
}

function addressFrom(value: unknown, problems: Problems): string | null {
  if (typeof value !== 'string') {
    problems.add(EMAILS, `The value must be a string, but ${describe(value)} arrived.`);
  } else if (!isEmailAddress(value)) {
    problems.add(
      EMAILS,
      'The value must be one plain e-mail address of at most 254 characters, such as ada@acme.example.',
    );
  } else {
    return value;
  }
  return null;
}
