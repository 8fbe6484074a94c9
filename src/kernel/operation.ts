import { setTimeout as sleep } from 'node:timers/promises';
import type { RawBuilder } from 'kysely';
import type { z } from 'zod';
import { type AuditEntry, auditRow } from './audit.js';
import type { Context, RecordedChange } from './context.js';
import { databaseFailure, isRetryable } from './database.js';
import { DomainError } from './errors.js';
import { claimKey, KEY_CONSTRAINTS, recallResult, rememberResult } from './idempotency.js';
import { type OutboxMessage, outboxRow } from './outbox.js';
import { OPERATOR_PERMISSIONS, type Permission } from './permissions.js';
import { prove, readInOrganization, runInOrganization, runInSystem, type Transaction } from './tenancy.js';

/** What `run` works with: the transaction, who asked, and the outbox of this command. */
export interface Work extends Transaction {
  readonly context: Context;
  /** Queues a message that is written with the change, after `run`. */
  emit(message: OutboxMessage): void;
  /** A statement whose rows nobody needs: it travels with COMMIT, before the outbox and the history. */
  closing(statement: RawBuilder<unknown>): void;
  /** Says what the command changed, with values, for the log of whoever asked (`Context.keepRecord`). */
  record(target: string, changes: RecordedChange['changes']): void;
}

/** A command or query: the only way a door reaches a room. */
export interface Operation<I, R> {
  (context: Context, input: I): Promise<R>;
  /** Any one of these lets the caller in. Tests read it. */
  readonly permissions: readonly Permission[];
}

interface CommandSpec<S extends z.ZodType, R, P> {
  /** Any one of these lets the caller in. */
  permission: Permission | readonly Permission[];
  input: S;
  /** The audit row of this change, or undefined when nothing changed. */
  audit: (input: z.output<S>, result: R) => AuditEntry | undefined;
  /** What a violated constraint means to the caller, by constraint name. */
  constraints?: Record<string, (input: z.output<S>) => DomainError>;
  /** What has to be asked of the world outside first: after the permission, before the transaction, and once. */
  prepare?: (context: Context, input: z.output<S>) => Promise<P>;
  run: (tx: Work, input: z.output<S>, prepared: P) => Promise<R>;
}

interface QuerySpec<S extends z.ZodType, R, P> {
  permission: Permission | readonly Permission[];
  input: S;
  /** As a command's. */
  prepare?: (context: Context, input: z.output<S>) => Promise<P>;
  run: (tx: Work, input: z.output<S>, prepared: P) => Promise<R>;
}

/** Deadlocks are avoided by lock order; the few that remain are not the caller's business. */
const MAX_ATTEMPTS = 5;

/**
 * Declares an operation that changes something. Calling it means, in this order and nowhere else: permission, parse,
 * one transaction inside the organization, `run`, outbox rows, audit row with the caller's own log, commit, and known
 * constraint names as domain errors. A deadlock is retried with the same input. With an Idempotency-Key that was answered
 * before, nothing runs and the result of that time is returned.
 */
export function command<S extends z.ZodType, R, P = undefined>(
  spec: CommandSpec<S, R, P>,
): Operation<z.input<S>, R> {
  const permissions = typeof spec.permission === 'string' ? [spec.permission] : spec.permission;
  const operation = async (context: Context, raw: z.input<S>): Promise<R> => {
    requirePermission(context, permissions);
    const input = parse(spec.input, raw);
    const prepared = (await spec.prepare?.(context, input)) as P;
    const once = claimKey(context);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await runInOrganization(context, async (tx) => {
          const known = once && (await recallResult(tx, context, once));
          if (known) return known.result as R;
          const messages: OutboxMessage[] = [];
          const recorded: RecordedChange[] = [];
          const closing: RawBuilder<unknown>[] = [];
          const work = workIn(tx, context, {
            emit: (message) => messages.push(message),
            closing: (statement) => closing.push(statement),
            record: (target, changes) => recorded.push({ target, changes }),
          });
          const result = await spec.run(work, input, prepared);
          await tx.flush();
          if (once) await rememberResult(tx, context, once, result);
          const entry = spec.audit(input, result);
          const record = context.keepRecord?.(recorded);
          tx.finish([
            ...closing,
            ...messages.map((message) => outboxRow(context, message)),
            ...(record ? [record] : []),
            ...(entry ? [auditRow(context, entry)] : []),
          ]);
          return result;
        });
      } catch (error) {
        if (attempt < MAX_ATTEMPTS && isRetryable(causeOf(error))) {
          await sleep(Math.random() * 20 * attempt);
          continue;
        }
        const violated = databaseFailure(error)?.constraint;
        const meaning =
          violated === undefined ? undefined : (spec.constraints?.[violated] ?? KEY_CONSTRAINTS[violated]);
        throw meaning ? meaning(input) : error;
      }
    }
  };
  return Object.assign(operation, { permissions });
}

/** Declares an operation that only reads: permission, parse, one read-only transaction inside the organization. */
export function query<S extends z.ZodType, R, P = undefined>(
  spec: QuerySpec<S, R, P>,
): Operation<z.input<S>, R> {
  const permissions = typeof spec.permission === 'string' ? [spec.permission] : spec.permission;
  const operation = async (context: Context, raw: z.input<S>): Promise<R> => {
    requirePermission(context, permissions);
    const input = parse(spec.input, raw);
    // The world outside is asked for nobody whose credential may have ended.
    if (spec.prepare) await prove(context);
    const prepared = (await spec.prepare?.(context, input)) as P;
    return readInOrganization(context, (tx) => spec.run(workIn(tx, context, NO_WRITES), input, prepared));
  };
  return Object.assign(operation, { permissions });
}

/**
 * Declares an operation that reads across organizations, for operators: as a query, in the system scope, which sees what
 * migrations opened to it and nothing else.
 */
export function systemQuery<S extends z.ZodType, R>(
  spec: Omit<QuerySpec<S, R, undefined>, 'prepare'>,
): Operation<z.input<S>, R> {
  const permissions = typeof spec.permission === 'string' ? [spec.permission] : spec.permission;
  const operation = async (context: Context, raw: z.input<S>): Promise<R> => {
    requirePermission(context, permissions);
    const input = parse(spec.input, raw);
    return runInSystem(context.database, (tx) => spec.run(workIn(tx, context, NO_WRITES), input, undefined), {
      share: context.organizationId,
      readOnly: true,
    });
  };
  return Object.assign(operation, { permissions });
}

const refuseWrite = (): never => {
  throw new Error('A query changes nothing, so it emits and records nothing.');
};
const NO_WRITES = { emit: refuseWrite, record: refuseWrite, closing: refuseWrite };

function workIn(tx: Transaction, context: Context, writes: Pick<Work, 'emit' | 'record' | 'closing'>): Work {
  return {
    get em() {
      return tx.em;
    },
    rows: (statement, options) => tx.rows(statement, options),
    context,
    ...writes,
  };
}

function requirePermission(context: Context, anyOf: readonly Permission[]): void {
  if (anyOf.some((permission) => context.permissions.has(permission))) return;
  const whose = anyOf.every((one) => OPERATOR_PERMISSIONS.includes(one))
    ? 'an operator'
    : 'an owner or admin';
  throw new DomainError(
    'FORBIDDEN',
    `This credential may not do this: it needs the permission ${anyOf.map((p) => `'${p}'`).join(' or ')}. Use a credential of ${whose}.`,
  );
}

/** The value as the schema has it; INVALID_INPUT names the field and what it must be. */
export function parse<S extends z.ZodType>(schema: S, raw: unknown): z.output<S> {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  const issue = first && (insideUnion(first) ?? first);
  const field = issue?.path.join('.') ?? '';
  throw new DomainError(
    'INVALID_INPUT',
    field === '' ? `${issue?.message}.` : `'${field}': ${issue?.message}.`,
    { field },
  );
}

/** What an alternative objects to inside the value, which says more than that no alternative fits. */
function insideUnion(issue: z.core.$ZodIssue): z.core.$ZodIssue | undefined {
  if (issue.code !== 'invalid_union') return undefined;
  const inner = issue.errors.flat().find(({ path }) => path.length > 0);
  return inner && { ...inner, path: [...issue.path, ...inner.path] };
}

const causeOf = (error: unknown): unknown =>
  error instanceof DomainError && error.cause ? error.cause : error;
