import { Client, type WireHabits } from './client.js';
import type { Dialect } from './dialect.js';
import { ENTRA_HABITS, Entra, type EntraShape } from './entra.js';
import { OKTA_HABITS, Okta } from './okta.js';
import { ONELOGIN_HABITS, OneLogin } from './onelogin.js';
import type { Company } from './people.js';

export const IDENTITY_PROVIDERS = ['entra', 'okta', 'onelogin'] as const;
export type IdentityProvider = (typeof IDENTITY_PROVIDERS)[number];

/** The PATCH dialects `--entra-shape` may name; `both` alternates between them. */
export const ENTRA_SHAPES: readonly EntraShape[] = ['legacy', 'aadOptscim062020', 'both'];

const HABITS: Readonly<Record<IdentityProvider, WireHabits>> = {
  entra: ENTRA_HABITS,
  okta: OKTA_HABITS,
  onelogin: ONELOGIN_HABITS,
};

export interface ProviderOptions {
  readonly idp: IdentityProvider;
  /** The tenant URL as an administrator would paste it, Entra's flag included. */
  readonly base: string;
  readonly token?: string;
  /** `id:secret`, sent as HTTP Basic; wins over the token. */
  readonly basic?: string;
  readonly concurrency: number;
  readonly entraShape?: EntraShape;
}

/** A provider that can speak: its HTTP client and its dialect. */
export function provider(options: ProviderOptions, company: Company): { client: Client; dialect: Dialect } {
  const base = new URL(options.base);
  const authorization =
    options.basic === undefined
      ? `Bearer ${options.token ?? ''}`
      : `Basic ${Buffer.from(options.basic, 'utf8').toString('base64')}`;
  const habits = HABITS[options.idp];
  const client = new Client({ base, authorization, habits, concurrency: options.concurrency });
  if (options.idp === 'okta') return { client, dialect: new Okta(client, company) };
  if (options.idp === 'onelogin') return { client, dialect: new OneLogin(client, company) };
  // Whether the flag goes over the wire is not known, so it is read here and not sent.
  const flagged = base.search.includes('aadOptscim062020') ? 'aadOptscim062020' : 'both';
  return { client, dialect: new Entra(client, company, options.entraShape ?? flagged) };
}
