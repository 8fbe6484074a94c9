import { once } from 'node:events';
import net from 'node:net';

const taken = new Set<number>();

/** A port that nobody listens on now, and that this process has not been given before. */
export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  if (taken.has(port)) return freePort();
  taken.add(port);
  return port;
}
