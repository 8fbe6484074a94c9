import { connectSimulatedSso } from '../access/connect-simulated-sso.js';
import { newId } from '../kernel/ids.js';
import { createOrganization } from '../organizations/create-organization.js';
import { PLANS } from '../organizations/organization.entity.js';
import { type Command, oneOf, UsageError } from './command.js';
import { operatorContext } from './operator.js';
import { wholeNumber } from './org-update.js';

/** What an organization has room for when nobody says a number. */
const DEFAULT_SEATS = '100';

/**
 * Creates an organization with its owner; `--sso simulated` also opens the way to SCIM (B1) outside
 * production.
 */
export const orgCreate: Command = {
  usage:
    'org create SLUG --plan team|enterprise --owner EMAIL [--name NAME] [--seats N] [--pro-seats N] [--sso simulated] [--json]',
  options: {
    plan: { type: 'string' },
    owner: { type: 'string' },
    name: { type: 'string' },
    seats: { type: 'string' },
    'pro-seats': { type: 'string' },
    sso: { type: 'string' },
  },
  async run(
    { config, database },
    slug,
    { plan, owner, name, seats = DEFAULT_SEATS, 'pro-seats': proSeats = '0', sso },
  ) {
    if (typeof owner !== 'string')
      throw new UsageError(`--owner EMAIL is missing\nusage: ${orgCreate.usage}`);
    if (sso !== undefined) oneOf('sso', sso, ['simulated']);
    if (sso !== undefined && config.production) {
      throw new UsageError(
        '--sso simulated signs nobody in and is refused in production; connect a real identity provider.',
      );
    }
    const context = operatorContext(database, newId());
    const created = await createOrganization(context, {
      slug,
      plan: oneOf('plan', plan, PLANS),
      seats: wholeNumber('seats', seats),
      proSeats: wholeNumber('pro-seats', proSeats),
      ownerEmail: owner,
      ...(typeof name === 'string' && { name }),
    });
    if (sso !== undefined) await connectSimulatedSso(context, {});
    return created;
  },
};
