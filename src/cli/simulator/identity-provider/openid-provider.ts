import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import Provider from 'oidc-provider';
import type { Directory } from './directory.js';
import { ForgetfulAdapter } from './forgetful-adapter.js';
import { headersFor, leavePage } from './pages.js';

/** The service people sign in to, registered at the provider. */
export interface OidcService {
  redirectUri: string;
  /** Where a browser may be sent back to after the provider ended its own session. */
  afterLogout: readonly string[];
}

/** An OpenID provider with one client. `serve` answers everything of the protocol, `finish` ends an interaction. */
export interface OpenIdProvider {
  client: { clientId: string; clientSecret: string };
  serve: RequestListener;
  finish(...args: [...Parameters<RequestListener>, subject: string]): Promise<void>;
}

const SECONDS = 600;
const secret = (): string => randomBytes(32).toString('base64url');

/** Starts the provider of an issuer; whoever signs in is asked for at `/interaction/<id>`. */
export function openIdProvider(issuer: string, service: OidcService, directory: Directory): OpenIdProvider {
  const client = { clientId: 'rollcall', clientSecret: secret() };
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const provider: Provider = new Provider(issuer, {
    clients: [
      {
        client_id: client.clientId,
        client_secret: client.clientSecret,
        redirect_uris: [service.redirectUri],
        post_logout_redirect_uris: [...service.afterLogout],
        // Asks who it is each time: a newcomer wants to be somebody else next.
        default_max_age: 0,
      },
    ],
    adapter: ForgetfulAdapter,
    cookies: { keys: [secret()] },
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'simulated' }] },
    claims: { openid: ['sub'], email: ['email'], profile: ['given_name', 'family_name', 'title'] },
    findAccount: (_context: unknown, subject: string) => accountOf(directory, subject),
    ttl: { Interaction: SECONDS, Grant: SECONDS, Session: SECONDS, AccessToken: SECONDS, IdToken: SECONDS },
    features: {
      devInteractions: { enabled: false },
      // The library's own page asks other sites for fonts.
      rpInitiatedLogout: {
        logoutSource: async (context: LogoutContext, form: string) => {
          context.set(headersFor(new URL(service.redirectUri).origin));
          context.body = leavePage(form);
        },
      },
    },
    loadExistingGrant: async ({ oidc }: GrantContext) => {
      const { clientId } = oidc.client;
      const grant = new provider.Grant({ clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
  });
  const finish: OpenIdProvider['finish'] = (request, response, subject) =>
    provider.interactionFinished(request, response, { login: { accountId: subject } });
  return { client, serve: provider.callback(), finish };
}

interface LogoutContext {
  body: string;
  set(headers: Record<string, string>): void;
}

interface GrantContext {
  oidc: { client: { clientId: string }; session: { accountId: string } };
}

async function accountOf(directory: Directory, subject: string) {
  const account = directory.account(subject);
  if (account === undefined) return undefined;
  const { email, givenName, familyName, title } = account;
  const claims = { sub: subject, email, given_name: givenName, family_name: familyName, title };
  return { accountId: subject, claims: async () => claims };
}
