import { issueApiToken } from '../access/issue-api-token.js';
import { ROLES } from '../kernel/permissions.js';
import { organizationIdOf } from '../organizations/organizations.queries.js';
import { type Command, oneOf } from './command.js';
import { operatorContext } from './operator.js';

/** Issues an API token for `/graphql` and prints it, this one time. */
export const tokenCreate: Command = {
  usage: 'token create SLUG --role owner|admin|user [--json]',
  options: { role: { type: 'string' } },
  async run({ database }, slug, { role }) {
    const context = operatorContext(database, await organizationIdOf(database, slug));
    const { token } = await issueApiToken(context, { role: oneOf('role', role, ROLES) });
    return { token };
  },
};
