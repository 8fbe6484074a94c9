import { type Command, readArguments } from '../../src/cli/command.js';
import { operatorTokenCreate, operatorTokenList, operatorTokenRevoke } from '../../src/cli/operator-token.js';
import { orgCreate } from '../../src/cli/org.js';
import { orgList } from '../../src/cli/org-list.js';
import { tokenCreate } from '../../src/cli/token.js';
import { readConfig } from '../../src/config.js';
import { startProduct, type TestProduct } from '../support/product.js';

let product: TestProduct;

beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.close());

/** A command as the command line runs it. */
async function run(command: Command, ...args: string[]): Promise<Record<string, unknown>> {
  const { slug, values } = readArguments(command, args);
  const result = await command.run({ config: readConfig({}), database: product.database }, slug, values);
  return result as Record<string, unknown>;
}

describe('operator-token', () => {
  it('is created with a label and a life, listed without its secret, and revoked once', async () => {
    const { id, token, expiresAt } = await run(operatorTokenCreate, 'Portal of sales', '--days', '2');
    expect(token).toMatch(/^rco_[0-9a-f]{24}_[\w-]{43}$/);
    const listed = (await run(operatorTokenList))[String(id)];
    expect(listed).toMatchObject({ label: 'Portal of sales', expiresAt, revokedAt: null, lastUsedAt: null });
    expect(JSON.stringify(listed)).not.toContain(String(token).split('_').slice(2).join('_'));
    const { revokedAt } = await run(operatorTokenRevoke, String(id));
    expect((await run(operatorTokenList))[String(id)]).toMatchObject({ revokedAt });
    expect(await run(operatorTokenRevoke, String(id))).toEqual({ id, revokedAt });
    await expect(run(operatorTokenRevoke, 'nobody')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it.each([
    [operatorTokenCreate, []],
    [operatorTokenCreate, ['a', 'b']],
    [operatorTokenCreate, ['a', '--days', 'x']],
    [operatorTokenList, ['a']],
    [operatorTokenRevoke, []],
  ] as [Command, string[]][])('says its usage for what it does not understand: %#', async (command, args) => {
    await expect((async () => run(command, ...args))()).rejects.toMatchObject({ name: 'UsageError' });
  });
});

it('org list and token create --first do what the fields of GraphQL do', async () => {
  await run(orgCreate, 'acme', '--plan', 'team', '--owner', 'ada@acme.example', '--seats', '7');
  expect(await run(orgList)).toMatchObject({ acme: { plan: 'team', seats: 7, seatsTaken: 0 } });
  expect((await run(tokenCreate, 'acme', '--first')).token).toMatch(/^rca_/);
  await expect(run(tokenCreate, 'acme', '--first')).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await expect(run(tokenCreate, 'acme', '--first', '--role', 'owner')).rejects.toMatchObject({
    name: 'UsageError',
  });
  expect((await run(tokenCreate, 'acme', '--role', 'user')).token).toMatch(/^rca_/);
});
