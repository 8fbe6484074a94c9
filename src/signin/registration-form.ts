import { MAX_PASSWORD_CHARACTERS, MIN_PASSWORD_CHARACTERS } from '../access/password.js';
import type { Shown } from './answer.js';
import { html } from './html.js';
import type { Visit } from './visit.js';

export interface RegistrationForm {
  /** Where the form is sent to. */
  action: string;
  status: number;
  /** What to correct, when it was sent before. */
  wrong?: string | undefined;
}

/** Name and password of somebody who becomes a person of the organization. */
export function registrationForm(
  { organization, words }: Visit,
  { action, status, wrong }: RegistrationForm,
): Shown {
  const content = html`${wrong && html`<p role="alert">${wrong}</p>`}
<form method="post" action="${action}">
<label for="givenName">${words.givenName}</label>
<input id="givenName" name="givenName" autocomplete="given-name" maxlength="100" required>
<label for="familyName">${words.familyName}</label>
<input id="familyName" name="familyName" autocomplete="family-name" maxlength="100" required>
<label for="password">${words.password}</label>
<input id="password" name="password" type="password" autocomplete="new-password" aria-describedby="rule" required>
<small id="rule">${words.passwordRule(MIN_PASSWORD_CHARACTERS, MAX_PASSWORD_CHARACTERS)}</small>
<button>${words.registerButton}</button>
</form>`;
  return { status, title: words.registerTitle(organization.name), content };
}
