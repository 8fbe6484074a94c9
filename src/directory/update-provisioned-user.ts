import type { z } from 'zod';
import type { Context, RecordedChange } from '../kernel/context.js';
import { DomainError } from '../kernel/errors.js';
import type { Operation } from '../kernel/operation.js';
import {
  changeProvisionedUser,
  type UpdatedUser,
  type UpdateProvisionedUserInput,
} from './change-provisioned-user.js';
import { exchangeIdentities } from './exchange-identities.js';
import { IDENTITY_KEYS } from './refused-wishes.js';

type Input = z.input<typeof UpdateProvisionedUserInput>;

/**
 * Changes a person managed by the connection (B17-B19). A change that changes nothing leaves the version alone. What
 * somebody else has is CONFLICT, and remembered: when that person is in turn to have what this one has, both get it at
 * once (docs/decisions/0048). NOT_FOUND for anyone else, INVALID_INPUT for deactivating the owner.
 */
export const updateProvisionedUser: Operation<Input, UpdatedUser> = Object.assign(
  async (context: Context, input: Input): Promise<UpdatedUser> => {
    try {
      return await changeProvisionedUser(context, input);
    } catch (error) {
      if (!isTaken(error)) throw error;
      const exchanged = await exchangeIdentities(secondTry(context), input);
      if (!exchanged) throw error;
      return exchanged;
    }
  },
  { permissions: changeProvisionedUser.permissions },
);

const isTaken = (error: unknown): boolean =>
  error instanceof DomainError &&
  error.code === 'CONFLICT' &&
  Object.hasOwn(IDENTITY_KEYS, error.field ?? '');

/** A wish that was only noted changed nothing, so it is nothing to keep a record of, nor the answer to a key. */
const secondTry = ({ idempotencyKey: _key, keepRecord, ...context }: Context): Context => ({
  ...context,
  ...(keepRecord && {
    keepRecord: (recorded: readonly RecordedChange[]) =>
      recorded.length === 0 ? undefined : keepRecord(recorded),
  }),
});
