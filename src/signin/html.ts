import { createHash } from 'node:crypto';
import { STYLE } from './style.js';

/** Markup that may go out as it is. Everything else is text and is escaped. */
export class Html {
  constructor(readonly text: string) {}
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? '');

/** What a template takes: text is escaped, markup is kept, nothing is nothing. */
export type Fragment = string | number | Html | false | undefined | readonly Fragment[];

function markup(fragment: Fragment): string {
  if (fragment === undefined || fragment === false) return '';
  if (fragment instanceof Html) return fragment.text;
  if (Array.isArray(fragment)) return fragment.map(markup).join('');
  return escaped(String(fragment));
}

/** A template whose values cannot become markup unless they are. */
export function html(parts: TemplateStringsArray, ...values: Fragment[]): Html {
  return new Html(parts.map((part, index) => part + markup(values[index])).join(''));
}

/** No script, nothing from elsewhere, forms to ourselves only, in nobody's frame. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

/** Of every page: links in them are secrets, so nothing is kept and no address leaves this site. */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': POLICY,
  'cache-control': 'no-store',
  // Not `no-referrer`: browsers would send forms with `Origin: null`, and where they come from is what is checked.
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
  'cross-origin-opener-policy': 'same-origin',
} as const;

/** A whole page; a wide one for what is long. */
export const page = (language: string, title: string, content: Html, width?: 'wide'): string =>
  html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body><main${width && html` class="wide"`}><h1>${title}</h1>${content}</main></body>
</html>
`.text;
