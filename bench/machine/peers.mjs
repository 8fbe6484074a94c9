import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const FOLDER = path.resolve(import.meta.dirname, '..');

/** Installs the peers into bench/node_modules the first time, from the lockfile; no package may run code for that. */
export function installPeers(say) {
  if (existsSync(path.join(FOLDER, 'node_modules', '@boxyhq', 'saml-jackson'))) return;
  say('installing the peers into bench/node_modules (once, about 260 MB)');
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: FOLDER,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error('the peers could not be installed; `--only` can leave them out');
}
