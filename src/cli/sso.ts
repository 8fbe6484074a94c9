import { readFileSync } from 'node:fs';
import { connectSso } from '../access/connect-sso.js';
import { disableSso } from '../access/disable-sso.js';
import { createOutbound } from '../access/outbound.js';
import { resealSecrets } from '../access/reseal-secrets.js';
import { ssoConnections, ssoServiceProvider } from '../access/sso-connections.queries.js';
import type { Context } from '../kernel/context.js';
import { organizationIdOf } from '../organizations/organizations.queries.js';
import { createOrigin } from '../origin.js';
import { type Command, type CommandScope, UsageError } from './command.js';
import { operatorContext } from './operator.js';

/** The operator with a way out to identity providers, which is closed again when the work is done. */
async function asking<R>(
  { config, database }: CommandScope,
  slug: string,
  work: (context: Context) => Promise<R>,
): Promise<R> {
  const outbound = createOutbound({ allowPrivate: config.allowPrivateProviders });
  const { signinUrlOf } = createOrigin(config.publicUrl, `http://${config.host}:${config.port}`);
  try {
    const context = operatorContext(database, await organizationIdOf(database, slug));
    return await work({ ...context, outside: { ...outbound, signinUrlOf } });
  } finally {
    await outbound.close();
  }
}

/** Connects an identity provider for signing in and prints what its administrator enters there. */
export const ssoConnect: Command = {
  usage:
    'sso connect SLUG (--metadata FILE|URL | --issuer URL --client-id ID [--client-secret SECRET]) [--name NAME] [--json]',
  options: {
    metadata: { type: 'string' },
    issuer: { type: 'string' },
    'client-id': { type: 'string' },
    'client-secret': { type: 'string' },
    name: { type: 'string' },
  },
  async run(scope, slug, { metadata, issuer, name, ...client }) {
    if ((metadata === undefined) === (issuer === undefined)) {
      throw new UsageError(`give either --metadata or --issuer\nusage: ${ssoConnect.usage}`);
    }
    return asking(scope, slug, async (context) => {
      const connectionId = await connectSso(context, {
        ...(typeof metadata === 'string' && { saml: samlSource(metadata) }),
        ...(typeof issuer === 'string' && { oidc: { issuer, ...oidcClient(client) } }),
        ...(typeof name === 'string' && { name }),
      });
      return { connectionId, ...(await ssoServiceProvider(context, {})) };
    });
  },
};

const samlSource = (metadata: string) =>
  /^https?:/.test(metadata) ? { metadataUrl: metadata } : { metadata: contentOf(metadata) };

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--metadata ${file} cannot be read: ${(error as Error).message}`);
  }
}

function oidcClient(options: Record<string, string | boolean | undefined>) {
  const { 'client-id': clientId, 'client-secret': clientSecret } = options;
  if (typeof clientId !== 'string')
    throw new UsageError(`--client-id is missing\nusage: ${ssoConnect.usage}`);
  return { clientId, ...(typeof clientSecret === 'string' && { clientSecret }) };
}

/** Lists the SSO connections, one a line: id, kind, state, provider and warnings. */
export const ssoList: Command = {
  usage: 'sso list SLUG [--json]',
  options: {},
  run: (scope, slug) =>
    asking(scope, slug, async (context) => {
      const found = await ssoConnections(context, {});
      const line = (c: (typeof found)[number]) =>
        [c.kind, c.active ? 'active' : 'disabled', c.providerId ?? '', ...c.warnings].join(' ');
      return Object.fromEntries(found.map((connection) => [connection.id, line(connection)]));
    }),
};

/** Ends signing in by a connection, and its sessions. */
export const ssoDisable: Command = {
  usage: 'sso disable SLUG --connection ID [--json]',
  options: { connection: { type: 'string' } },
  async run(scope, slug, { connection }) {
    if (typeof connection !== 'string')
      throw new UsageError(`--connection ID is missing\nusage: ${ssoDisable.usage}`);
    return asking(scope, slug, async (context) => ({
      connectionId: await disableSso(context, { id: connection }),
    }));
  },
};

/** Seals the organization's secrets anew under the present SECRET_KEY, so that SECRET_KEY_PREVIOUS can go. */
export const ssoReseal: Command = {
  usage: 'sso reseal SLUG [--json]',
  options: {},
  run: (scope, slug) =>
    asking(scope, slug, async (context) => {
      const { count } = await resealSecrets(context, {});
      return { resealed: count };
    }),
};
