import { createOperatorToken, operatorTokens, revokeOperatorToken } from '../access/operator-tokens.js';
import type { Command } from './command.js';
import { wholeNumber } from './org-update.js';

/** Creates a credential for the operator's fields of `/graphql` and prints it, this one time. */
export const operatorTokenCreate: Command = {
  usage: 'operator-token create LABEL [--days N] [--json]',
  takes: 'LABEL',
  options: { days: { type: 'string' } },
  run: ({ database }, label, { days }) =>
    createOperatorToken(database, { label, ...(days !== undefined && { days: wholeNumber('days', days) }) }),
};

/** Lists the operator tokens there ever were, without their secrets. */
export const operatorTokenList: Command = {
  usage: 'operator-token list [--json]',
  takes: 'nothing',
  options: {},
  async run({ database }) {
    return Object.fromEntries((await operatorTokens(database)).map(({ id, ...token }) => [id, token]));
  },
};

/** Ends an operator token from the next request on. */
export const operatorTokenRevoke: Command = {
  usage: 'operator-token revoke ID [--json]',
  takes: 'ID',
  options: {},
  run: ({ database }, id) => revokeOperatorToken(database, id),
};
