import { type Html, html } from './html.js';

/** What to correct in a form, said beside the field it is about. */
export interface Wrong {
  field: string;
  text: string;
}

/** One line of a form. */
export interface Field {
  name: string;
  label: string;
  /** For a page with two forms. */
  id?: string;
  type?: 'text' | 'email' | 'password';
  autocomplete: string;
  maxLength?: number;
  /** What the reader typed before; never a password. */
  value?: string | undefined;
  hint?: string;
  wrong?: Wrong | undefined;
}

/** Longer than every field; what is longer is not shown again. */
const MAX_SHOWN = 300;

/**
 * A labelled field. What is wrong with it stands beside it, is read out with it and has the focus, so that nobody has to
 * look for it (WCAG 2.2, 3.3.1 and 3.3.3).
 */
export function field({ name, label, id = name, type = 'text', value = '', ...rest }: Field): Html {
  const { autocomplete, maxLength, hint } = rest;
  const wrong = rest.wrong?.field === name ? rest.wrong.text : undefined;
  const described = [wrong && `${id}-wrong`, hint && `${id}-hint`].filter(Boolean).join(' ');
  return html`<div class="field"><label for="${id}">${label}</label>
<input id="${id}" name="${name}" type="${type}" autocomplete="${autocomplete}"${maxLength && html` maxlength="${maxLength}"`}${value !== '' && html` value="${value}"`}${described !== '' && html` aria-describedby="${described}"`}${wrong && html` aria-invalid="true" autofocus`} required>
${wrong && html`<p class="wrong" id="${id}-wrong" role="alert">${wrong}</p>`}${hint && html`<small id="${id}-hint">${hint}</small>`}</div>`;
}

/** An e-mail address, as every form asks for one. */
export const emailField = (label: string) =>
  ({ name: 'email', label, type: 'email', maxLength: 254 }) as const;

/** What somebody typed into a form that is shown again, by field. */
export function typed(body: unknown): Record<string, string> {
  const sent = body instanceof URLSearchParams ? [...body] : Object.entries(body ?? {});
  return Object.fromEntries(
    sent.filter(
      ([name, value]) => name !== 'password' && typeof value === 'string' && value.length <= MAX_SHOWN,
    ),
  ) as Record<string, string>;
}
