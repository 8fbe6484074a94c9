import { createHmac } from 'node:crypto';
import * as client from 'openid-client';
import type { UsableConnection } from '../access/sign-in/usable-connection.js';
import { SignInRefusal } from '../access/sign-in-refusal.js';
import type { OidcSettings } from '../access/sso/settings.js';
import type { Outside } from '../kernel/context.js';
import { DomainError } from '../kernel/errors.js';

/** Connections whose keys are remembered between sign-ins. */
const MAX_KNOWN = 1_000;

/** What the provider said of somebody, verified. */
export interface OidcPerson {
  subject: string;
  claims: Record<string, unknown>;
  /** As it came, for signing out there. */
  idToken: string;
}

/** Remembers the provider's keys per version of a connection, so that a sign-in costs one request to it. */
export class OidcClients {
  private readonly known = new Map<string, client.Configuration>();

  constructor(private readonly outside: Outside) {}

  /** Where the browser goes: authorization code with PKCE, state and nonce (RFC 9700 section 2.1). */
  async startUrl(
    connection: UsableConnection,
    settings: OidcSettings,
    request: { key: string; browser: string; redirectUri: string },
  ): Promise<string> {
    const verifier = derived(request.browser, 'verifier', request.key);
    return client.buildAuthorizationUrl(this.configuration(connection, settings), {
      redirect_uri: request.redirectUri,
      response_type: 'code',
      scope: 'openid email profile',
      state: request.key,
      nonce: derived(request.browser, 'nonce', request.key),
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }).href;
  }

  /**
   * Exchanges the code of an answer and verifies what comes back: state, `iss` of the answer, signature, issuer, audience,
   * nonce and times of the ID token. Throws SignInRefusal.
   */
  async person(
    connection: UsableConnection,
    settings: OidcSettings,
    answer: { url: URL; key: string; browser: string },
  ): Promise<OidcPerson> {
    const configuration = this.configuration(connection, settings);
    try {
      const tokens = await client.authorizationCodeGrant(configuration, answer.url, {
        pkceCodeVerifier: derived(answer.browser, 'verifier', answer.key),
        expectedState: answer.key,
        expectedNonce: derived(answer.browser, 'nonce', answer.key),
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (!claims) throw new Error('no ID token came back');
      const more =
        settings.server.userinfo_endpoint === undefined || claims.email !== undefined
          ? {}
          : await client.fetchUserInfo(configuration, tokens.access_token, claims.sub);
      return { subject: claims.sub, claims: { ...more, ...claims }, idToken: tokens.id_token ?? '' };
    } catch (error) {
      throw refusalOf(error);
    }
  }

  private configuration(connection: UsableConnection, settings: OidcSettings): client.Configuration {
    const key = `${connection.id} ${connection.version}`;
    const known = this.known.get(key);
    if (known) return known;
    const made = this.configure(connection.clientSecret, settings);
    if (this.known.size >= MAX_KNOWN) this.known.delete(this.known.keys().next().value ?? '');
    this.known.set(key, made);
    return made;
  }

  private configure(
    secret: string | undefined,
    { server, clientId, issuer }: OidcSettings,
  ): client.Configuration {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const isBasic = (methods as string[]).includes('client_secret_basic');
    const authentication =
      secret === undefined
        ? client.None()
        : isBasic
          ? client.ClientSecretBasic(secret)
          : client.ClientSecretPost(secret);
    const made = new client.Configuration(server as never, clientId, undefined, authentication);
    made[client.customFetch] = (url, { method, headers, body }) =>
      this.outside.fetch(url, {
        method,
        headers,
        body:
          body instanceof URLSearchParams ? body.toString() : ((body ?? null) as string | Uint8Array | null),
      });
    client.enableNonRepudiationChecks(made);
    // The guarded client decides where plain HTTP may go to; it is a provider on this machine.
    if (issuer.startsWith('http:')) client.allowInsecureRequests(made);
    return made;
  }
}

/** Known to this browser and to nobody else: the database holds a hash of the cookie and of the key. */
const derived = (browser: string, purpose: string, key: string): string =>
  createHmac('sha256', browser).update(`${purpose}|${key}`).digest('base64url');

function refusalOf(error: unknown): SignInRefusal {
  const failed = error as Error & { error?: string; error_description?: string; code?: string };
  const domain = [failed, failed.cause].find((one) => one instanceof DomainError);
  if (domain instanceof DomainError) return new SignInRefusal('provider_unreachable', domain.message);
  if (failed instanceof client.AuthorizationResponseError) {
    return new SignInRefusal('provider_said_no', said(failed.error, failed.error_description));
  }
  if (failed instanceof client.ResponseBodyError) {
    return new SignInRefusal(
      'token',
      `The token request failed: ${said(failed.error, failed.error_description)}`,
    );
  }
  const cause = failed.cause instanceof Error ? ` (${failed.cause.message.slice(0, 200)})` : '';
  return new SignInRefusal(
    'token',
    `The answer of the provider was refused: ${failed.message.slice(0, 300)}${cause}.`,
  );
}

const said = (code = '', description = ''): string =>
  `the identity provider answered '${code.slice(0, 100)}'${description ? `: ${description.slice(0, 200)}` : ''}.`;
