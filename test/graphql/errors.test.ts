import { WIRE } from '../../graphql/errors.js';
import { ERROR_CODES } from '../../src/kernel/errors.js';
import { start } from './scratch.js';

describe('errors', () => {
  test.each(ERROR_CODES.filter((code) => code !== 'INTERNAL'))(
    '%s keeps message, code and field',
    async (code) => {
      const { ask } = await start(true);
      const { status, error, headers, text } = await ask(`{ refuse(code: "${code}") }`);
      expect(error).toEqual({
        message: `public sentence of ${code}`,
        locations: [{ line: 1, column: 3 }],
        path: ['refuse'],
        extensions: { code, field: 'email', retryAfter: 7, requestId: expect.stringMatching(/^ctx-/) },
      });
      expect(status).toBe(WIRE[code].failed);
      expect(headers.get('retry-after')).toBe(status === 503 || status === 429 ? '7' : null);
      expect(text).not.toContain('hunter2');
    },
  );

  test('an answer that holds data stays 200 beside an outage', async () => {
    const { ask } = await start();
    const { status, json } = await ask('{ whoAmI refuse(code: "UNAVAILABLE") }');
    expect(status).toBe(200);
    expect(json.data).toEqual({ whoAmI: expect.any(String), refuse: null });
  });

  test.each(['explode', 'unserializable', 'refuse(code: "INTERNAL")'])(
    '%s is masked and logged',
    async (field) => {
      const { ask, lines } = await start();
      const { status, error, text } = await ask(`{ ${field} }`);
      const { requestId } = error.extensions;
      expect(status).toBe(200);
      expect(error.extensions).toEqual({ code: 'INTERNAL', requestId });
      expect(error.message).toBe(
        `Something went wrong on our side. Quote request id ${requestId} when you report it.`,
      );
      expect(text).not.toContain('hunter2');
      expect(lines.join()).toContain('hunter2');
      expect(lines.join()).toContain(requestId);
    },
  );

  test('abuse 12: no suggestion in either mode, no schema names of a wrong query in production', async () => {
    const wrong = [
      '{ whoAmJ }',
      '{ people { totalCoun } }',
      '{ make(input: { email: "x", emial: "x" }) }',
      '{ refuse(cod: "x") }',
    ];
    for (const production of [false, true]) {
      const { ask } = await start(production);
      for (const query of wrong) {
        const { status, error } = await ask(query);
        expect(status).toBe(400);
        expect(error.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
        expect(error.message).not.toMatch(/did you mean|whoAmI|totalCount|"email"/i);
        if (production)
          expect(error.message).toMatch(/^Line 1, column \d+: the query does not fit the schema/);
      }
      const variables = await ask('query($i: PersonInput!) { make(input: $i) }', {
        i: { email: 'a', emial: 'b' },
      });
      expect(variables).toMatchObject({ status: 400, error: { extensions: { code: 'INVALID_INPUT' } } });
      expect(variables.error.message).toContain('"emial" is not defined');
      expect(variables.error.message).not.toMatch(/did you mean/i);
      const nothing = await ask('query($n: Int) { make(input: { email: "a" }, times: $n) }', { n: null });
      expect(nothing.error.extensions.code).toBe('INVALID_INPUT');
      expect((await ask('{ whoAmI')).error.extensions.code).toBe('GRAPHQL_PARSE_FAILED');
    }
    const { ask } = await start(false);
    expect((await ask('{ whoAmJ }')).error.message).toBe('Cannot query field "whoAmJ" on type "Query".');
  });

  test('abuse 12: introspection is off in production and on outside', async () => {
    const production = await start(true);
    for (const query of ['{ __schema { types { name } } }', '{ __type(name: "Query") { name } }']) {
      const { status, error } = await production.ask(query);
      expect({ status, message: error.message }).toEqual({
        status: 400,
        message: expect.stringContaining('Introspection is switched off in production'),
      });
    }
    const { ask } = await start();
    expect((await ask('{ __schema { queryType { name } } }')).json.data.__schema.queryType.name).toBe(
      'Query',
    );
  });
});
