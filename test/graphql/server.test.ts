import { MAX_BODY_BYTES } from '../../graphql/refusals.js';
import { calls, start } from './scratch.js';

describe('mountGraphql', () => {
  test('gives resolvers the context and loaders of the request', async () => {
    const { ask } = await start();
    const { status, json, headers } = await ask('{ whoAmI }');
    expect({ status, json }).toEqual({ status: 200, json: { data: { whoAmI: 'org-1 {"of":"org-1"}' } } });
    expect(headers.get('cache-control')).toBe('no-store');
  });

  test('answers 401 UNAUTHENTICATED, 503 and 500 when authenticate fails, in the body of GraphQL', async () => {
    const { send, lines } = await start(true);
    const none = await send({ query: '{ whoAmI }' }, { authorization: '' });
    expect(none).toMatchObject({ status: 401, error: { extensions: { code: 'UNAUTHENTICATED' } } });
    expect(none.headers.get('www-authenticate')).toBe('Bearer realm="Rollcall"');
    expect(none.error.extensions.requestId).toEqual(expect.any(String));
    const outage = await send({ query: '{ whoAmI }' }, { authorization: 'Bearer outage' });
    expect(outage).toMatchObject({
      status: 503,
      error: { extensions: { code: 'UNAVAILABLE', retryAfter: 3 } },
    });
    expect(outage.headers.get('retry-after')).toBe('3');
    const bug = await send({ query: '{ whoAmI }' }, { authorization: 'Bearer bug' });
    expect(bug).toMatchObject({ status: 500, error: { extensions: { code: 'INTERNAL' } } });
    expect(bug.text).not.toContain('hunter2');
    expect(lines.join()).toContain('hunter2');
    expect(calls).toEqual([]);
  });

  test('finishes the request under way when it closes', async () => {
    const { app, ask } = await start();
    const slow = ask('{ slow }');
    while (!calls.includes('slow')) await new Promise((done) => setTimeout(done, 5));
    await app.close();
    expect((await slow).json).toEqual({ data: { slow: 'done' } });
  });
});

describe('the wire', () => {
  const types = [
    'text/plain',
    'TEXT/PLAIN',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
  ];
  types.push('text/plain; application/json', 'application/graphql', 'application/jsonp', 'text/json', '');
  test.each(types)(
    "abuse 13: a body sent as '%s' is refused, with or without preflight headers",
    async (type) => {
      const { send } = await start();
      for (const extra of [{}, { 'apollo-require-preflight': '1', 'x-apollo-operation-name': 'x' }]) {
        const { status, error } = await send('{"query":"{ whoAmI }"}', { 'content-type': type, ...extra });
        expect({ status, code: error.extensions.code }).toEqual({ status: 415, code: 'NOT_SUPPORTED' });
      }
      expect(calls).toEqual([]);
    },
  );

  test('abuse 13: a page of another site is refused; JSON in any spelling is accepted', async () => {
    const { send } = await start();
    const query = { query: '{ whoAmI }' };
    expect(await send(query, { 'sec-fetch-site': 'cross-site' })).toMatchObject({ status: 403 });
    expect(calls).toEqual([]);
    expect(await send(query, { 'sec-fetch-site': 'same-origin' })).toMatchObject({ status: 200 });
    expect(await send(query, { 'content-type': 'Application/JSON; charset=UTF-8' })).toMatchObject({
      status: 200,
    });
  });

  test.each([
    ['a batch', '[{"query":"{ whoAmI }"},{"query":"{ whoAmI }"}]', 400, 'INVALID_INPUT'],
    [
      'a persisted query',
      '{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"ab"}}}',
      400,
      'PERSISTED_QUERY_NOT_SUPPORTED',
    ],
    ['no query', '{"operationName":"x"}', 400, 'INVALID_INPUT'],
    ['an unknown operation', '{"query":"query A { whoAmI }","operationName":"B"}', 400, 'INVALID_INPUT'],
    ['an empty object', '{}', 400, 'INVALID_INPUT'],
    ['null', 'null', 400, 'INVALID_INPUT'],
    ['a string', '"{ whoAmI }"', 400, 'INVALID_INPUT'],
    ['broken JSON', '{"query":', 400, 'INVALID_INPUT'],
    ['__proto__', '{"query":"{ whoAmI }","variables":{"__proto__":{"a":1}}}', 400, 'INVALID_INPUT'],
    ['a body above the limit', `{"query":"${' '.repeat(MAX_BODY_BYTES)}"}`, 413, 'LIMIT_EXCEEDED'],
  ])('%s is refused', async (_name, body, status, code) => {
    const { send } = await start(true);
    const answer = await send(body);
    expect(answer).toMatchObject({ status, error: { extensions: { code, requestId: expect.any(String) } } });
    expect(calls).toEqual([]);
  });

  test.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
    '%s is 405 in production',
    async (method) => {
      const { send, url } = await start(true);
      const answer = await send('{"query":"{ whoAmI }"}', { accept: 'text/html' }, method);
      expect(answer.status).toBe(405);
      expect(answer.headers.get('allow')).toBe('POST');
      const query = await fetch(`${url}?query={whoAmI}`, { headers: { connection: 'close' } });
      expect(query.status).toBe(405);
      expect(calls).toEqual([]);
    },
  );
});
