import { passwordHash } from '../../src/access/passwords.queries.js';
import type { Context } from '../../src/kernel/context.js';
import { fold } from '../../src/kernel/fold.js';
import { VISITOR_PERMISSIONS } from '../../src/kernel/permissions.js';
import { newUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

const LETTERS = [...'abcdefghijklmnopqrstuvwxyz'];
const from = (start: number) => LETTERS.map((_, index) => String.fromCodePoint(start + index));

/** Alphabets that compatibility decomposition takes back to ASCII; the first letter of each. */
const STYLES = [
  0xff41, 0xff21, 0x24d0, 0x24b6, 0x1d41a, 0x1d400, 0x1d4d0, 0x1d51e, 0x1d586, 0x1d5a0, 0x1d5ba, 0x1d5d4,
  0x1d5ee, 0x1d608, 0x1d622, 0x1d656, 0x1d670, 0x1d68a,
];

/** Letters that only look like these: another script, or without a dot. */
const HOMOGLYPHS: Readonly<Record<string, string>> = {
  a: '\u0430\u03b1\u0251',
  c: '\u0441\u03f2',
  d: '\u0501',
  e: '\u0435',
  g: '\u0261',
  h: '\u04bb',
  i: '\u0456\u0131\u03b9',
  j: '\u0458',
  k: '\u043a',
  l: '\u04cf',
  n: '\u057c',
  o: '\u043e\u03bf\u0585',
  p: '\u0440\u03c1',
  q: '\u051b',
  s: '\u0455',
  u: '\u057d',
  v: '\u03bd\u0475',
  w: '\u051d',
  x: '\u0445',
  y: '\u0443\u04af',
};

/** Signs that are not seen, or turn the text around. */
const UNSEEN = [
  '\u200b',
  '\u200c',
  '\u200d',
  '\u200e',
  '\u200f',
  '\u202e',
  '\u2066',
  '\u2060',
  '\ufeff',
  '\u00ad',
  '\u0000',
];

type Kind = 'one name' | 'two names' | 'refused';

/** Each pair has a name of its own, so that no two of them meet. */
function pairs(): { plain: string; other: string; kind: Kind }[] {
  const all: { plain: string; other: string; kind: Kind }[] = [];
  const add = (letter: string, other: string, kind: Kind) => {
    const name = `pair${all.length}`;
    all.push({ plain: `${name}x${letter}n`, other: `${name}x${other}n`, kind });
  };
  for (const start of STYLES) {
    for (const [index, letter] of LETTERS.entries()) add(letter, from(start)[index] ?? '', 'one name');
  }
  for (const [one, other] of [
    ['k', '\u212a'],
    ['\u00e5', '\u212b'],
    ['s', '\u017f'],
    ['fi', '\ufb01'],
    ['ffl', '\ufb04'],
    ['jose\u0301', 'jos\u00e9'],
    ['\u1e69', 's\u0307\u0323'],
    ['\u03c9', '\u2126'],
    ['\uac01', '\u1100\u1161\u11a8'],
    ['1', '\uff11'],
  ] as const) {
    add(one, other, 'one name');
  }
  for (const [letter, others] of Object.entries(HOMOGLYPHS)) {
    for (const other of others) add(letter, other, 'two names');
  }
  add('ss', '\u00df', 'two names');
  for (const sign of UNSEEN) add('a', `a${sign}`, 'refused');
  return all;
}

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct({ pace: { perSecond: 10_000, burst: 10_000, heldBack: 1_000 } });
  acme = await product.organization();
});
afterAll(() => product.close());

it('abuse 17: folding twice is folding once, for every code point of the BMP and the SMP', () => {
  const unsettled: string[] = [];
  for (let point = 0; point <= 0x1ffff; point += 1) {
    if (point >= 0xd800 && point <= 0xdfff) continue;
    for (const text of [String.fromCodePoint(point), `a${String.fromCodePoint(point)}\u0301B`]) {
      const once = fold(text);
      if (fold(once) !== once) unsettled.push(point.toString(16));
    }
  }
  expect(unsettled).toEqual([]);
});

it('abuse 17: 500 confusable pairs never give two live users, nor the session of one to the other', async () => {
  const all = pairs();
  expect(all.length).toBeGreaterThanOrEqual(500);
  const address = (name: string) => `${name}@people.example`;
  for (const { plain, other, kind } of all) {
    const [one, two] = [fold(address(plain)), fold(address(other))];
    if (kind !== 'refused') expect([plain, other, one === two]).toEqual([plain, other, kind === 'one name']);
  }
  const names = all.map(({ plain }) => plain);
  await product.sql(
    `insert into users (organization_id, id, user_name, user_name_key, email, email_key, external_id, connection_id)
     select $1, gen_random_uuid(), n.name, n.key, n.name, n.key, 'x' || n.key, $2
     from unnest($3::text[], $4::text[]) as n(name, key)`,
    [acme.id, acme.connectionId, names.map(address), names.map((name) => fold(address(name)))],
  );
  const statuses: Record<Kind, Set<number>> = {
    'one name': new Set(),
    'two names': new Set(),
    refused: new Set(),
  };
  const push = async ({ other, kind }: (typeof all)[number]) => {
    const userName = address(other);
    const body = newUser('', {
      userName,
      emails: [{ value: userName, type: 'work' }],
      externalId: `y-${userName}`,
    });
    statuses[kind].add((await acme.scim('POST', '/Users', body)).status);
  };
  for (let first = 0; first < all.length; first += 8)
    await Promise.all(all.slice(first, first + 8).map(push));
  expect(statuses).toEqual({
    'one name': new Set([409]),
    'two names': new Set([201]),
    refused: new Set([400]),
  });

  const people = await product.sql<{ id: string; email: string }>(
    `select id, email from users where organization_id = $1 and active and role = 'user'`,
    [acme.id],
  );
  const twoNames = all.filter(({ kind }) => kind === 'two names').length;
  expect(people).toHaveLength(all.length + twoNames);
  await product.sql(
    `insert into passwords (organization_id, user_id, hash) select organization_id, id, '$argon2id$of ' || id from users
     where organization_id = $1 and role = 'user'`,
    [acme.id],
  );
  await product.sql('update users set connection_id = null where organization_id = $1', [acme.id]);
  const idOf = new Map(people.map(({ id, email }) => [email, id]));
  const visitor: Context = {
    ...acme.context,
    actor: { kind: 'visitor', id: 'visitor' },
    permissions: new Set(VISITOR_PERMISSIONS),
  };
  /** Whom a sign-in with this address is compared with. */
  const met = async (name: string) => (await passwordHash(visitor, { email: address(name) }))?.hash;
  const wrong: string[] = [];
  const check = async ({ plain, other, kind }: (typeof all)[number]) => {
    const own = `$argon2id$of ${idOf.get(address(plain))}`;
    const others = {
      'one name': own,
      'two names': `$argon2id$of ${idOf.get(address(other))}`,
      refused: undefined,
    };
    if ((await met(plain)) !== own) wrong.push(`${plain} does not meet itself`);
    if ((await met(other)) !== others[kind]) wrong.push(`${other} meets somebody else`);
  };
  for (let first = 0; first < all.length; first += 8)
    await Promise.all(all.slice(first, first + 8).map(check));
  expect(wrong).toEqual([]);
}, 120_000);
