import { organizationIdOf } from '../organizations/organizations.queries.js';
import { createOrigin } from '../origin.js';
import { connectScim } from '../provisioning/connect-scim.js';
import { PROFILES, PROVIDERS } from '../provisioning/scim-connection.entity.js';
import { type Command, oneOf } from './command.js';
import { operatorContext } from './operator.js';

/** Connects an identity provider and prints its credentials, this one time (B3). */
export const scimConnect: Command = {
  usage:
    'scim connect SLUG --provider okta|entra|onelogin|custom [--profile standard|rfc] [--show-all-groups] [--json]',
  options: {
    provider: { type: 'string' },
    profile: { type: 'string' },
    'show-all-groups': { type: 'boolean' },
  },
  async run({ config, database }, slug, options) {
    const context = operatorContext(database, await organizationIdOf(database, slug));
    const connected = await connectScim(context, {
      provider: oneOf('provider', options.provider, PROVIDERS),
      profile: oneOf('profile', options.profile ?? 'standard', PROFILES),
      showsAllGroups: options['show-all-groups'] === true,
    });
    const { connectionId, ...credentials } = connected;
    const baseUrl = createOrigin(config.publicUrl, `http://${config.host}:${config.port}`).scimUrlOf(slug);
    return { connectionId, baseUrl, ...credentials };
  },
};
