import { CONNECTION_MAX_FIRST, toCursor } from '../kernel/page.js';
import { NO_ORGANIZATION } from '../kernel/tenancy.js';
import { organizations } from '../organizations/organizations.queries.js';
import type { Command } from './command.js';
import { operatorContext } from './operator.js';

/** Lists every organization with what it bought, by slug. */
export const orgList: Command = {
  usage: 'org list [--json]',
  takes: 'nothing',
  options: {},
  async run({ database }) {
    const context = operatorContext(database, NO_ORGANIZATION);
    const found: [string, object][] = [];
    for (let after: string | null = null, more = true; more; ) {
      const page = await organizations(context, { page: { first: CONNECTION_MAX_FIRST, after } });
      for (const { slug, ...rest } of page.rows) found.push([slug, rest]);
      after = toCursor(page.rows.at(-1)?.id ?? '');
      more = page.hasNextPage;
    }
    return Object.fromEntries(found);
  },
};
