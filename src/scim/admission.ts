import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import { profileOf } from '../directory/profile.js';
import { networkOf } from '../kernel/client-network.js';
import type { Context } from '../kernel/context.js';
import { CredentialChanged } from '../kernel/credential-check.js';
import type { Database } from '../kernel/database.js';
import { DomainError } from '../kernel/errors.js';
import { hostOf, type Origin } from '../origin.js';
import {
  CredentialRefusal,
  lookUpCredential,
  type ScimRequestIdentity,
} from '../provisioning/authenticate-connection.js';
import { contextOfKnown, type KnownCredential } from '../provisioning/known-credential.js';
import type { LogOwner } from '../provisioning/log-entry.js';
import type { ProvisioningLogWriter } from '../provisioning/log-writer.js';
import { CredentialGuard } from './credential-guard.js';
import { Pace, type PaceOptions } from './pace.js';
import { RequestRecord } from './request-record.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the provisioning log will say of this request. Absent on routes that need no credential. */
    record: RequestRecord | undefined;
  }
}

/**
 * What one connection may send, in this process, unless the settings say otherwise: four times what is promised (50 a second) and eight times what Entra
 * asks for as a steady pace; two seconds of it at once after a rest; and 32 more held back, which is more than the connections any
 * identity provider is known to open.
 */
export const DEFAULT_PACE: PaceOptions = { perSecond: 200, burst: 400, heldBack: 32 };

/** What a request gets no answer for because the client went away; not on any wire. */
const CLIENT_GONE = 499;

export interface AdmissionOptions {
  database: Database;
  origin: Origin;
  writer: ProvisioningLogWriter;
  baseUrlOf: (request: Pick<FastifyRequest, 'headers'>) => string;
  pace?: PaceOptions | undefined;
}

/** Its operations fail one by one, each with an answer of its own, so that none of them can be run again. */
const isBulk = (request: FastifyRequest): boolean => request.routeOptions.url?.endsWith('/Bulk') === true;

/**
 * The first step of every request that needs a credential: its record for the log, the pace of its connection, its
 * credential, and then `request.scim`. The pace comes first where memory knows the credential, so that what is refused
 * for its speed costs no query; such a credential is proven by the first transaction of the request.
 */
export function createAdmission({
  database,
  origin,
  writer,
  baseUrlOf,
  ...options
}: AdmissionOptions): Admission {
  const guard = new CredentialGuard();
  const pace = new Pace(options.pace ?? DEFAULT_PACE);

  async function hold(owner: LogOwner, reply: FastifyReply): Promise<void> {
    const leave = await pace.enter(owner.connectionId);
    // Comes once for every answer, also when the client went away; `onResponse` comes only for what was sent.
    reply.raw.once('close', leave);
    if (reply.raw.destroyed) leave();
  }

  async function admit(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const record = new RequestRecord(request, writer);
    request.record = record;
    reply.raw.once('close', () => {
      if (reply.raw.writableFinished) return;
      record.refuse('The identity provider closed the connection before it had its answer.');
      record.finish(CLIENT_GONE);
    });
    const known = guard.recall(request.headers.authorization);
    record.belongsTo(known?.owner);
    if (known) await hold(known.owner, reply);
    else guard.requirePatience(networkOf(request.ip));
    const context = known && !isBulk(request) && contextOfKnown(database, known, identityOf(request, origin));
    if (known && context) return enter(request, record, context, known);
    const owner = await authenticate(request, record, known);
    if (!known) await hold(owner, reply);
  }

  function enter(
    request: FastifyRequest,
    record: RequestRecord,
    context: Context,
    { owner }: KnownCredential,
  ) {
    request.scim = {
      context: record.watch(context),
      connectionId: owner.connectionId,
      profile: profileOf(context),
      baseUrl: baseUrlOf(request),
    };
  }

  async function authenticate(
    request: FastifyRequest,
    record: RequestRecord,
    before: KnownCredential | undefined,
  ): Promise<LogOwner> {
    const { authorization } = request.headers;
    try {
      const organizationId = before?.owner.organizationId;
      const { context, known } = await lookUpCredential(database, {
        ...identityOf(request, origin),
        organizationId,
      });
      guard.accepted(authorization, known);
      record.belongsTo(known.owner);
      enter(request, record, context, known);
      return known.owner;
    } catch (error) {
      if (error instanceof DomainError && error.cause instanceof CredentialRefusal) {
        guard.refused(authorization, networkOf(request.ip));
        record.belongsTo(error.cause.owner);
        record.refuse(error.cause.reason);
      }
      throw error;
    }
  }

  async function prove(request: FastifyRequest): Promise<void> {
    const { record } = request;
    if (!record || request.scim?.context.check?.isProven !== false) return;
    await authenticate(request, record, guard.recall(request.headers.authorization));
  }

  return {
    admit,
    prove,
    again: (handler) =>
      async function answerOnceMore(this: FastifyInstance, request, reply) {
        try {
          return await handler.call(this, request, reply);
        } catch (error) {
          if (!(error instanceof CredentialChanged)) throw error;
          await prove(request);
          return handler.call(this, request, reply);
        }
      },
  };
}

/** How requests get in. */
export interface Admission {
  /** The hook before everything else. */
  admit(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** Looks a credential up that no transaction has proven yet: what is refused for another reason has a live one too. */
  prove(request: FastifyRequest): Promise<void>;
  /** The same handler; a request whose remembered credential has changed is admitted anew and runs once more. */
  again(handler: RouteHandlerMethod): RouteHandlerMethod;
}

/** What a request says of who sends it. */
export const identityOf = (request: FastifyRequest, origin: Origin): ScimRequestIdentity => ({
  authorization: request.headers.authorization,
  hostSlug: origin.slugOf(hostOf(request.raw)),
  address: request.ip,
  userAgent: request.headers['user-agent'],
  requestId: request.id,
});
