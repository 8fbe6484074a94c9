import { issueApiToken } from '../access/issue-api-token.js';
import { issueFirstApiToken } from '../access/issue-first-api-token.js';
import { ROLES } from '../kernel/permissions.js';
import { organizationIdOf } from '../organizations/organizations.queries.js';
import { type Command, oneOf, UsageError } from './command.js';
import { operatorContext } from './operator.js';

/**
 * Issues an API token for `/graphql` and prints it, this one time; `--first` as an operator token would, for an owner and
 * in a new organization only.
 */
export const tokenCreate: Command = {
  usage: 'token create SLUG (--role owner|admin|group_admin|user | --first) [--json]',
  options: { role: { type: 'string' }, first: { type: 'boolean' } },
  async run({ database }, slug, { role, first }) {
    if (first && role !== undefined) throw new UsageError('--first is always for an owner: leave --role out');
    const context = operatorContext(database, await organizationIdOf(database, slug));
    if (first) return issueFirstApiToken(context, {});
    const { token } = await issueApiToken(context, { role: oneOf('role', role, ROLES) });
    return { token };
  },
};
