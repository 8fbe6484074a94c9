import { PLANS } from '../organizations/organization.entity.js';
import { organizationIdOf } from '../organizations/organizations.queries.js';
import { updatePlan } from '../organizations/update-plan.js';
import { type Command, oneOf, UsageError } from './command.js';
import { operatorContext } from './operator.js';

/** Changes what an organization bought; prints what is bought now. */
export const orgUpdate: Command = {
  usage: 'org update SLUG [--plan team|enterprise] [--seats N] [--pro-seats N] [--json]',
  options: { plan: { type: 'string' }, seats: { type: 'string' }, 'pro-seats': { type: 'string' } },
  async run({ database }, slug, { plan, seats, 'pro-seats': proSeats }) {
    if (plan === undefined && seats === undefined && proSeats === undefined) {
      throw new UsageError(`say what to change: --plan, --seats or --pro-seats\nusage: ${orgUpdate.usage}`);
    }
    const context = operatorContext(database, await organizationIdOf(database, slug));
    return updatePlan(context, {
      ...(plan !== undefined && { plan: oneOf('plan', plan, PLANS) }),
      ...(seats !== undefined && { seats: wholeNumber('seats', seats) }),
      ...(proSeats !== undefined && { proSeats: wholeNumber('pro-seats', proSeats) }),
    });
  },
};

/** `Number('')` is 0, which would sell nothing. */
export function wholeNumber(name: string, value: unknown): number {
  if (typeof value === 'string' && /^\d+$/.test(value)) return Number(value);
  throw new UsageError(`--${name} must be a whole number, not '${value}'`);
}
