import { createHash } from 'node:crypto';

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
export type Fragment = string | number | Html | undefined | readonly Fragment[];

function markup(fragment: Fragment): string {
  if (fragment === undefined) return '';
  if (fragment instanceof Html) return fragment.text;
  if (Array.isArray(fragment)) return fragment.map(markup).join('');
  return escaped(String(fragment));
}

/** A template whose values cannot become markup unless they are. */
export function html(parts: TemplateStringsArray, ...values: Fragment[]): Html {
  return new Html(parts.map((part, index) => part + markup(values[index])).join(''));
}

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 0; display: grid; min-height: 100vh; place-items: center; }
main { box-sizing: border-box; width: min(28rem, 100%); padding: 1.5rem; }
h1 { font-size: 1.4rem; line-height: 1.25; }
label { display: block; margin: 1rem 0 .25rem; font-weight: 600; }
input, button { box-sizing: border-box; width: 100%; padding: .6rem; font: inherit; }
button { margin-top: 1.5rem; font-weight: 600; cursor: pointer; }
small { display: block; }
[role=alert] { border-left: .25rem solid #c62828; padding-left: .75rem; }
`;

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

/** A whole page. */
export const page = (language: string, title: string, content: Html): string =>
  html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body><main><h1>${title}</h1>${content}</main></body>
</html>
`.text;
