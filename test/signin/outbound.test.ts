import type { LookupAddress } from 'node:dns';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { createOutbound, MAX_ANSWER_BYTES } from '../../src/access/outbound.js';
import { isPublicAddress } from '../../src/access/public-address.js';

/** Addresses a name may be made to resolve to; none is on the internet. */
const PRIVATE = [
  '127.0.0.1',
  '127.1.2.3',
  '0.0.0.0',
  '10.0.0.1',
  '100.64.0.1',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.8',
  '192.168.1.1',
  '198.18.0.1',
  '198.51.100.7',
  '203.0.113.9',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:169.254.169.254',
  '::127.0.0.1',
  '64:ff9b::7f00:1',
  '64:ff9b:1::1',
  '100::1',
  '2001::1',
  '2001:db8::1',
  '2002:7f00:1::',
  'fc00::1',
  'fd12:3456:789a::1',
  'fe80::1',
  'fec0::1',
  'ff02::1',
] as const;

/** Spellings of loopback and of the cloud's metadata service inside a URL. */
const SPELLED = [
  'https://localhost:PORT/',
  'https://localhost.:PORT/',
  'https://LOCALHOST:PORT/',
  'https://127.1:PORT/',
  'https://127.0.1:PORT/',
  'https://2130706433:PORT/',
  'https://0x7f000001:PORT/',
  'https://0x7f.1:PORT/',
  'https://0177.0.0.1:PORT/',
  'https://017700000001:PORT/',
  'https://0:PORT/',
  'https://127.0.0.1.:PORT/',
  'https://[::ffff:7f00:1]:PORT/',
  'https://[0:0:0:0:0:0:0:1]:PORT/',
  'https://１２７.0.0.1:PORT/',
  'https://ⓛocalhost:PORT/',
  'https://2852039166/latest/meta-data/',
  'https://[::ffff:a9fe:a9fe]/latest/meta-data/',
  'https://0xA9FEA9FE/latest/meta-data/',
] as const;

/** Other schemes, credentials, and text that is no URL. */
const UNFIT = [
  'http://idp.acme.example/metadata',
  'http://127.0.0.1:PORT/',
  'file:///etc/passwd',
  'ftp://127.0.0.1:PORT/',
  'gopher://127.0.0.1:PORT/_x',
  'data:text/xml,<x/>',
  'ws://127.0.0.1:PORT/',
  'javascript:alert(1)',
  'https://user:secret@127.0.0.1:PORT/',
  'https://idp.acme.example@127.0.0.1:PORT/',
  '//127.0.0.1:PORT/',
  '127.0.0.1:PORT',
  '',
  'https://',
  'https://%00@127.0.0.1:PORT/',
  'https://127.0.0.1\\@idp.acme.example:PORT/',
  `https://idp.acme.example/${'x'.repeat(3_000)}`,
] as const;

const literal = (address: string) => `https://${address.includes(':') ? `[${address}]` : address}:PORT/`;
const ALL = [...PRIVATE.map(literal), ...SPELLED, ...UNFIT];

describe('abuse 20: the guarded client', () => {
  let canary: Server;
  let port: number;
  let connections = 0;

  beforeAll(async () => {
    canary = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((done) => canary.listen(0, '::', done));
    ({ port } = canary.address() as AddressInfo);
  });
  afterAll(() => new Promise((done) => canary.close(done)));
  beforeEach(() => {
    connections = 0;
  });

  const at = (url: string) => url.replace('PORT', String(port));

  it(`${ALL.length + PRIVATE.length} targets get no connection: spelled in the URL, and as what a name resolves to`, async () => {
    const system = createOutbound({ allowPrivate: false });
    const unlike: string[] = [];
    for (const url of ALL) {
      const { code } = await system.text(at(url), '*/*').then(
        () => ({ code: 'none' }),
        (error: { code: string }) => error,
      );
      // What a resolver makes of a name that ends with a dot differs; nothing is connected to either way.
      if (code !== 'INVALID_INPUT' && !(url.includes('localhost.') && code === 'UNAVAILABLE'))
        unlike.push(`${url} ${code}`);
    }
    expect(unlike).toEqual([]);
    for (const address of PRIVATE) {
      const family = address.includes(':') ? 6 : 4;
      const named = createOutbound({ allowPrivate: false, resolve: async () => [{ address, family }] });
      await expect(named.text(at('https://idp.acme.example:PORT/'), '*/*')).rejects.toMatchObject({
        code: 'INVALID_INPUT',
      });
      await named.close();
    }
    await system.close();
    expect(ALL.length + PRIVATE.length).toBeGreaterThanOrEqual(80);
    expect(connections).toBe(0);
  });

  it('a name that resolves to a public and a private address is refused, whichever comes first', async () => {
    const both = [
      { address: '8.8.8.8', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ];
    for (const answer of [both, both.toReversed()]) {
      const client = createOutbound({ allowPrivate: false, resolve: async () => answer });
      await expect(client.text(at('https://idp.acme.example:PORT/'), '*/*')).rejects.toMatchObject({
        code: 'INVALID_INPUT',
      });
      await client.close();
    }
    expect(connections).toBe(0);
  });

  it('a name that rebinds between two looks is looked up once per connection, and that address is connected to', async () => {
    let looks = 0;
    const resolve = async (): Promise<LookupAddress[]> => {
      looks += 1;
      // A black hole first, the canary afterwards: whoever checks one answer and connects to another ends there.
      return [looks % 2 === 1 ? { address: '192.88.98.1', family: 4 } : { address: '127.0.0.1', family: 4 }];
    };
    const client = createOutbound({ allowPrivate: false, resolve });
    const answers = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) => client.text(at(`https://rebind${n}.example:PORT/`), '*/*')),
    );
    expect(answers.every(({ status }) => status === 'rejected')).toBe(true);
    expect(connections).toBe(0);
    await client.close();
  }, 60_000);

  it('private ranges are those of the registry, and public addresses are not among them', () => {
    expect(PRIVATE.filter(isPublicAddress)).toEqual([]);
    const open = [
      '8.8.8.8',
      '172.15.255.255',
      '172.32.0.1',
      '100.128.0.1',
      '2606:4700::1111',
      '2a00:1450::1',
    ];
    expect(open.filter((address) => !isPublicAddress(address))).toEqual([]);
    expect(['', 'localhost', '1.2.3', '1.2.3.4.5', 'fe80::1%eth0'].filter(isPublicAddress)).toEqual([]);
  });
});

describe('what a provider answers', () => {
  const servers: ReturnType<typeof createHttp>[] = [];
  const serve = async (listener: RequestListener): Promise<string> => {
    const server = createHttp(listener);
    servers.push(server);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  };
  const client = createOutbound({ allowPrivate: true });
  afterAll(async () => {
    await client.close();
    for (const server of servers) server.close().closeAllConnections();
  });

  it('is read up to 1 MiB; redirects, compression, other statuses and endless drips are refused', async () => {
    const ok = await serve((_request, response) => void response.end('<ok/>'));
    expect(await client.text(ok, '*/*')).toBe('<ok/>');
    const answers: [string, RequestListener][] = [
      ['more than', (_q, response) => response.end(Buffer.alloc(MAX_ANSWER_BYTES + 1))],
      ['redirects', (_q, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
      ['compressed', (_q, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x')],
      ['status 404', (_q, response) => response.writeHead(404).end()],
      [
        'within 5 seconds',
        (_q, response) => {
          const drip = setInterval(() => response.write('x'), 200);
          response.on('close', () => clearInterval(drip));
        },
      ],
    ];
    await Promise.all(
      answers.map(async ([says, listener]) => {
        const url = await serve(listener);
        await expect(client.text(url, '*/*')).rejects.toThrow(says);
      }),
    );
  }, 60_000);
});
