import { createHash } from 'node:crypto';
import { graphiqlPage } from '../../graphql/graphiql.js';
import { start } from './scratch.js';

/** A browser's request; the connection stays open, because fetch stumbles over a large body on one that closes. */
const HTML = {
  accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8',
  authorization: '',
  'content-type': '',
  connection: '',
};

/** The page, and what is between its script and style tags. Compared by booleans: nine megabytes make no diff. */
async function page() {
  const { send } = await start();
  const { status, headers, text } = await send('', HTML, 'GET');
  const script = text.slice(text.indexOf('<script>') + 8, text.lastIndexOf('</script>'));
  const style = text.slice(text.indexOf('<style>') + 7, text.indexOf('</style>'));
  return { status, headers, text, script, style };
}

describe('GraphiQL', () => {
  test('is served to a browser outside production, without a credential', async () => {
    const { status, headers, text } = await page();
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    const token = JSON.stringify(JSON.stringify({ Authorization: 'Bearer TOKEN' }, null, 2));
    const parts = ['<title>Rollcall</title>', '"endpoint":"/graphql"', 'query FirstLook', token];
    expect(text.slice(0, 15)).toBe('<!doctype html>');
    expect(parts.filter((part) => !text.includes(part))).toEqual([]);
  });

  test('is never served in production or to a client that does not ask for HTML', async () => {
    const production = await start(true);
    expect((await production.send('', HTML, 'GET')).status).toBe(405);
    const { send } = await start();
    for (const accept of ['application/json', '*/*']) {
      const { status, headers, error } = await send('', { ...HTML, accept }, 'GET');
      expect({ status, allow: headers.get('allow') }).toEqual({ status: 405, allow: 'POST' });
      expect(error.extensions.code).toBe('NOT_SUPPORTED');
    }
  });

  test('loads nothing: no tag names an address, and the policy allows this server only', async () => {
    const { headers, text, script, style } = await page();
    const markup = text
      .replace(script, '')
      .replace(style, '')
      .replace(/base64,[\w+/=]*/g, 'base64');
    expect(markup).not.toMatch(/https?:|\/\//i);
    expect([...markup.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address)).toEqual([
      'data:image/x-icon;base64',
    ]);
    expect(style.match(/url\((?!["']?(?:data:|#))[^)]*\)|@import/)).toBeNull();

    const policy = headers.get('content-security-policy');
    const hash = createHash('sha256').update(script).digest('base64');
    expect(policy).toContain(`default-src 'none'; script-src 'sha256-${hash}'`);
    expect(policy).toContain("connect-src 'self'");
    expect(policy).not.toMatch(/https?:|unsafe-eval|\*/);
  });

  test('its script is hashed as a browser reads it: no tag ends it early, no line ending is rewritten', async () => {
    const { text } = await page();
    expect(text.match(/<\/script/gi)).toHaveLength(1);
    expect(text.includes('\r')).toBe(false);
  });

  test('is rendered once', async () => {
    expect(await graphiqlPage()).toBe(await graphiqlPage());
  });
});
