import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

/** A real OpenID provider on this machine; whoever arrives is `account`. */
export interface OidcServer {
  issuer: string;
  /** Who signs in next, and what the provider says of them. */
  account: { sub: string; claims: Record<string, unknown> };
  /** Walks a browser through the provider and returns the address it is sent back to. */
  visit(url: string): Promise<URL>;
  /** Tells the client over the back channel that somebody's session is over. */
  signOut(sub: string, sid: string): Promise<void>;
  close(): Promise<void>;
}

export const CLIENT = { clientId: 'rollcall', clientSecret: 'a-secret-of-the-client-at-the-provider' };

export async function startOidcServer(
  redirectUri: string,
  afterLogout?: string,
  backChannel?: string,
): Promise<OidcServer> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const state: Pick<OidcServer, 'account'> = { account: { sub: 'nobody', claims: {} } };
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.clientId,
        client_secret: CLIENT.clientSecret,
        redirect_uris: [redirectUri],
        ...(afterLogout !== undefined && { post_logout_redirect_uris: [afterLogout] }),
        ...(backChannel !== undefined && {
          backchannel_logout_uri: backChannel,
          backchannel_logout_session_required: true,
        }),
      },
    ],
    cookies: { keys: ['a-key-of-the-provider'] },
    // Its own guard calls no address of this machine.
    fetch: (url: string, { method, headers, body, signal }: RequestInit) =>
      fetch(url, { method, headers, body, signal } as RequestInit),
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['given_name', 'family_name', 'oid'],
    },
    findAccount: async (_context: unknown, sub: string) => ({
      accountId: sub,
      claims: async () => ({ sub, ...state.account.claims }),
    }),
    ttl: { Interaction: 600, Grant: 600, Session: 600, AccessToken: 600, IdToken: 600 },
    features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true } },
    loadExistingGrant: async (context: {
      oidc: { client: { clientId: string }; session: { accountId: string } };
    }) => {
      const grant = new provider.Grant({
        clientId: context.oidc.client.clientId,
        accountId: context.oidc.session.accountId,
      });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
  } as never);
  provider.on('server_error', () => {});
  const callback = provider.callback();
  server.on('request', (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return void callback(request, response);
    provider
      .interactionFinished(request, response, { login: { accountId: state.account.sub } })
      .catch(() => response.writeHead(500).end());
  });
  return Object.assign(state, {
    issuer,
    visit: (url: string) => walk(url, issuer),
    async signOut(sub: string, sid: string) {
      const client = await provider.Client.find(CLIENT.clientId);
      await client?.backchannelLogout(sub, sid);
    },
    close: () => close(server),
  });
}

async function walk(start: string, issuer: string): Promise<URL> {
  const cookies = new Map<string, string>();
  let next = new URL(start);
  for (let hop = 0; hop < 10 && next.origin === issuer; hop += 1) {
    const answer = await fetch(next, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const location = answer.headers.get('location');
    if (location === null) throw new Error(`The provider answered ${answer.status}: ${await answer.text()}`);
    next = new URL(location, next);
  }
  return next;
}

const close = (server: Server): Promise<void> =>
  new Promise((done) => {
    server.close(() => done());
    server.closeAllConnections();
  });
