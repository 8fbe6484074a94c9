const MAX_LENGTH = 1_024;
const NOWHERE = 'https://nowhere.invalid';

/**
 * Where a sign-in may lead: a path on this very host (abuse 22). Undefined for everything a browser could read as another
 * place: it must start with one slash before and after a URL parser has normalized it, and hold no backslash, no control
 * character and no encoded slash at its start.
 */
export function safeReturnPath(sent: unknown): string | undefined {
  if (typeof sent !== 'string' || sent.length > MAX_LENGTH || !isPlain(sent)) return undefined;
  if (!URL.canParse(sent, NOWHERE)) return undefined;
  const url = new URL(sent, NOWHERE);
  const path = `${url.pathname}${url.search}${url.hash}`;
  return url.origin === NOWHERE && isPlain(path) ? path : undefined;
}

const isPlain = (path: string): boolean =>
  /^\/(?![/\\])(?!%(2f|5c))[\x21-\x7e]*$/i.test(path) && !path.includes('\\') && !/^\/[^?#]*\/\//.test(path);
