import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import net from 'node:net';

/** A port nobody listens on now. */
export async function freePort() {
  const server = net.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

export const hasRedis = () => spawnSync('redis-server', ['--version']).status === 0;

/** A Redis as the product asks for one: it keeps everything and forgets nothing. */
export async function startRedis(folder, flags = []) {
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const settings = [
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'yes',
    '--maxmemory-policy',
    'noeviction',
  ];
  const server = spawn('redis-server', ['--port', String(port), '--dir', folder, ...settings, ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve, reject) => {
    server.stdout.on('data', (chunk) => {
      if (/Ready to accept/i.test(String(chunk))) resolve();
    });
    server.once('exit', (code) => reject(new Error(`redis-server ended with ${code}`)));
  });
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      const exit = once(server, 'exit');
      server.kill('SIGTERM');
      await exit;
    },
  };
}
