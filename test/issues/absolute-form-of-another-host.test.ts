import { once } from 'node:events';
import net from 'node:net';
import { startProduct, type TestProduct } from '../support/product.js';

let product: TestProduct;

beforeAll(async () => {
  product = await startProduct();
  await product.app.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(() => product.close());

/** The status line of a request written byte by byte: no client library sends these. */
async function statusOf(lines: string[]): Promise<string | undefined> {
  const { port } = product.app.server.address() as net.AddressInfo;
  const socket = net.connect(port, '127.0.0.1');
  socket.write([...lines, 'Connection: close', '', ''].join('\r\n'));
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'close');
  return Buffer.concat(chunks).toString().split('\r\n')[0];
}

// RFC 9112 section 3.2.2: the host of a URL in the request line is what counts, not the Host header beside it. It was
// not looked at, so a proxy could route to one organization what was served for another (abuse 1).
it('a request line or a second Host header that names another organization is refused', async () => {
  const [acme, globex] = [await product.organization(), await product.organization()];
  const [own, other] = [`${acme.slug}.localhost`, `${globex.slug}.localhost`];
  const authorization = `Authorization: Bearer ${acme.token}`;
  const ask = (target: string, ...hosts: string[]) =>
    statusOf([`GET ${target} HTTP/1.1`, ...hosts.map((host) => `Host: ${host}`), authorization]);
  const refused = 'HTTP/1.1 401 Unauthorized';
  expect(await ask(`http://${other}/scim/v2/Users`, own)).toBe(refused);
  expect(await ask(`http://${own}/scim/v2/Users`, other)).toBe(refused);
  expect(await ask(`HTTPS://${other}/scim/v2/Users`, own)).toBe(refused);
  expect(await ask('/scim/v2/Users', own, other)).toBe(refused);
  expect(await ask('/scim/v2/Users', other, own)).toBe(refused);
  expect(await ask(`http://${own}/scim/v2/Users`, own)).toBe('HTTP/1.1 200 OK');
  expect(await ask('/scim/v2/Users', own)).toBe('HTTP/1.1 200 OK');
});
