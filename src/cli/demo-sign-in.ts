import { connectSso } from '../access/connect-sso.js';
import { disableSso } from '../access/disable-sso.js';
import { createOutbound } from '../access/outbound.js';
import { ssoConnections, ssoServiceProvider } from '../access/sso-connections.queries.js';
import { updateSso } from '../access/update-sso.js';
import type { Context } from '../kernel/context.js';
import type { PushedCompany } from './simulator/identity-provider/directory.js';
import type { Journey } from './simulator/identity-provider/journey.js';
import { walk } from './simulator/identity-provider/journey.js';
import { type IdentityProvider, startIdentityProvider } from './simulator/identity-provider/server.js';

/** How the buttons of the sign-in page are called, by what they speak. */
export const CONNECTIONS = { saml: 'Acme SSO', oidc: 'Acme OpenID Connect' } as const;

/**
 * Starts the simulated identity provider for an organization and connects it, by its SAML metadata and by OIDC discovery,
 * as an administrator would. What an earlier demo connected is brought up to date, or switched off when the provider now
 * has another address.
 */
export async function startDemoProvider(
  context: Context,
  directory: PushedCompany,
  place: { signinUrlOf: (slug: string) => string; host: string; port: number },
): Promise<IdentityProvider> {
  const { signinUrlOf, host, port } = place;
  // Development only: the provider is on this machine, where the guarded client goes to nobody else's order.
  const outbound = createOutbound({ allowPrivate: true });
  const asking: Context = { ...context, outside: { ...outbound, signinUrlOf } };
  try {
    const ours = await ssoServiceProvider(asking, {});
    const service = { ...ours, signInPage: ours.acsUrl.replace(/\/saml$/, '') };
    const provider = await startIdentityProvider({ service, directory, host, port });
    await connect(asking, provider);
    return provider;
  } finally {
    await outbound.close();
  }
}

async function connect(context: Context, { metadataUrl, issuer, client }: IdentityProvider): Promise<void> {
  const known = await ssoConnections(context, {});
  const wanted = [
    { kind: 'saml', providerId: metadataUrl, how: { saml: { metadataUrl } } },
    { kind: 'oidc', providerId: issuer, how: { oidc: { issuer, ...client } } },
  ] as const;
  for (const { kind, providerId, how } of wanted) {
    const name = CONNECTIONS[kind];
    for (const old of known) {
      const isReplaced = old.active && old.name === name && old.providerId !== providerId;
      if (isReplaced) await disableSso(context, { id: old.id });
    }
    const same = known.find((one) => one.kind === kind && one.providerId === providerId);
    await (same ? updateSso(context, { id: same.id, ...how }) : connectSso(context, { name, ...how }));
  }
}

/** Walks one person through by SAML and one by OpenID Connect; a line each, and whether both went as they should. */
export async function showSignIn(
  journey: Omit<Journey, 'connection' | 'account'>,
): Promise<{ ok: boolean; text: string }> {
  const people = journey.directory.find('', 50).filter(({ active }) => active);
  const lines: string[] = [];
  let ok = true;
  for (const [index, connection] of Object.values(CONNECTIONS).entries()) {
    const account = people[index];
    try {
      if (account === undefined) throw new Error('nobody was pushed who could sign in');
      const { name, licenseBefore, refusedAfterMs } = await walk({ ...journey, connection, account });
      const taken = licenseBefore === 'HELD' ? 'holds a license' : 'took a license';
      lines.push(
        `${name} signed in with ${connection} and ${taken}; deactivated by the provider,`,
        `  and the next click was refused (${Math.ceil(refusedAfterMs)} ms), and so was the next sign-in.`,
      );
    } catch (error) {
      ok = false;
      lines.push(`Signing in with ${connection}: ${(error as Error).message}`);
    }
  }
  return { ok, text: `${lines.join('\n')}\n` };
}
