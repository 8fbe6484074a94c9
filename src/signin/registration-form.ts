import { MAX_PASSWORD_CHARACTERS, MIN_PASSWORD_CHARACTERS } from '../access/password.js';
import type { Shown } from './answer.js';
import { field, type Wrong } from './field.js';
import { type Html, html } from './html.js';
import type { Visit } from './visit.js';
import type { Words } from './words.js';

export interface RegistrationForm {
  /** Where the form is sent to. */
  action: string;
  status: number;
  /** What to correct, when it was sent before. */
  wrong?: Wrong | undefined;
  /** What was typed before, by field. */
  typed?: Record<string, string> | undefined;
}

/** Name and password of somebody who becomes a person of the organization. */
export function registrationForm(
  { organization, words }: Visit,
  { action, status, wrong, typed = {} }: RegistrationForm,
): Shown {
  const named = { maxLength: 100, wrong } as const;
  const { givenName, familyName } = typed;
  const content = html`<form method="post" action="${action}" class="main">
${field({ ...named, name: 'givenName', label: words.givenName, autocomplete: 'given-name', value: givenName })}
${field({ ...named, name: 'familyName', label: words.familyName, autocomplete: 'family-name', value: familyName })}
${newPassword(words.password, words, wrong)}
<button>${words.registerButton}</button>
</form>`;
  return { status, title: words.registerTitle(organization.name), content };
}

/** The field of a password that is chosen now, with the rule it must keep. */
export const newPassword = (label: string, words: Words, wrong: Wrong | undefined): Html =>
  field({
    name: 'password',
    label,
    type: 'password',
    autocomplete: 'new-password',
    hint: words.passwordRule(MIN_PASSWORD_CHARACTERS, MAX_PASSWORD_CHARACTERS),
    wrong,
  });
