import { startProduct } from '../support/product.js';

// Refused credentials were counted by address, and whoever has one IPv6 address has more of them than anybody can remember.
it('strangers with bad credentials from one IPv6 network are one client', async () => {
  const product = await startProduct();
  try {
    const ask = (n: number, network: string) =>
      product.app.inject({
        url: '/scim/v2/Users',
        headers: { authorization: `Bearer rsc_${String(n).padStart(16, '0')}_x` },
        remoteAddress: `${network}::${n.toString(16)}`,
      });
    const statuses = new Set<number>();
    for (let n = 1; n <= 2_000 && !statuses.has(429); n += 1)
      statuses.add((await ask(n, '2001:db8:1:2')).statusCode);
    expect(statuses).toEqual(new Set([401, 429]));
    expect((await ask(1, '2001:db8:1:3')).statusCode).toBe(401);
  } finally {
    await product.close();
  }
});
