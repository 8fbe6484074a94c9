import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { UsableConnection } from '../access/sign-in/usable-connection.js';
import { SignInRefusal } from '../access/sign-in-refusal.js';
import type { OidcSettings } from '../access/sso/settings.js';
import type { Outside } from '../kernel/context.js';
import { DomainError } from '../kernel/errors.js';

/** A key that the provider took back is not believed for longer. */
const MAX_AGE_MS = 60 * 60_000;
/** A token may name any key: the provider is not asked for unknown ones more often. */
const MIN_AGE_MS = 30_000;
const MAX_CONNECTIONS = 1_000;
const MAX_KEYS = 50;

const KeySet = z.object({ keys: z.array(z.record(z.string(), z.unknown())).max(MAX_KEYS) });

/** A public key of a provider, as its document has it. */
export interface ProviderKey {
  id: string | undefined;
  algorithm: string | undefined;
  key: KeyObject;
}

interface Reading {
  keys: Promise<ProviderKey[]>;
  since: number;
  hasFailed: boolean;
}

/** The keys OpenID providers sign with, read through the guarded client and remembered per version of a connection. */
export class ProviderKeys {
  private readonly known = new Map<string, Reading>();

  constructor(private readonly outside: Outside) {}

  /** The keys with that id; all of them without one. Throws SignInRefusal when they cannot be read. */
  async find(
    connection: UsableConnection,
    settings: OidcSettings,
    id: string | undefined,
  ): Promise<ProviderKey[]> {
    const fits = (key: ProviderKey): boolean => id === undefined || key.id === id;
    const found = (await this.read(connection, settings, MAX_AGE_MS)).filter(fits);
    if (found.length > 0) return found;
    return (await this.read(connection, settings, MIN_AGE_MS)).filter(fits);
  }

  private read(
    { id, version }: UsableConnection,
    settings: OidcSettings,
    maxAgeMs: number,
  ): Promise<ProviderKey[]> {
    const name = `${id} ${version}`;
    const known = this.known.get(name);
    const kept = known?.hasFailed ? MIN_AGE_MS : maxAgeMs;
    if (known && performance.now() - known.since < kept) return known.keys;
    const keys = readKeys(this.outside, settings);
    const reading: Reading = { keys, since: performance.now(), hasFailed: false };
    keys.catch(() => {
      reading.hasFailed = true;
    });
    this.known.delete(name);
    this.known.set(name, reading);
    const [oldest] = this.known.keys();
    if (oldest !== undefined && this.known.size > MAX_CONNECTIONS) this.known.delete(oldest);
    return keys;
  }
}

async function readKeys(outside: Outside, { server, issuer }: OidcSettings): Promise<ProviderKey[]> {
  try {
    const text = await outside.text(String(server.jwks_uri ?? ''), 'application/json');
    return KeySet.parse(JSON.parse(text)).keys.flatMap(usable);
  } catch (error) {
    const why = error instanceof DomainError ? error.message : 'its key set is not one';
    throw new SignInRefusal('provider_unreachable', `The keys of '${issuer}' cannot be read: ${why}`);
  }
}

/** Public keys for signatures; what cannot be one is passed over, as new kinds of keys must be (RFC 7517 section 5). */
function usable(jwk: Record<string, unknown>): ProviderKey[] {
  if (jwk.kty === 'oct' || (jwk.use !== undefined && jwk.use !== 'sig')) return [];
  try {
    const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
    const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
    return [{ id: text(jwk.kid), algorithm: text(jwk.alg), key }];
  } catch {
    return [];
  }
}
