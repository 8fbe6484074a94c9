import type { FastifyReply, FastifyRequest } from 'fastify';
import { profileOf } from '../directory/profile.js';
import type { Context } from '../kernel/context.js';
import type { Database } from '../kernel/database.js';
import { DomainError } from '../kernel/errors.js';
import { hostOf, type Origin } from '../origin.js';
import {
  authenticateConnection,
  CredentialRefusal,
  type ScimRequestIdentity,
} from '../provisioning/authenticate-connection.js';
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

/**
 * The first step of every request that needs a credential: its record for the log, the pace of its connection, its
 * credential, and then `request.scim`. The pace comes first where memory knows the credential, so that what is refused
 * for its speed costs no query.
 */
export function createAdmission({ database, origin, writer, baseUrlOf, ...options }: AdmissionOptions) {
  const guard = new CredentialGuard();
  const pace = new Pace(options.pace ?? DEFAULT_PACE);

  async function hold(owner: LogOwner, reply: FastifyReply): Promise<void> {
    const leave = await pace.enter(owner.connectionId);
    // Comes once for every answer, also when the client went away; `onResponse` comes only for what was sent.
    reply.raw.once('close', leave);
    if (reply.raw.destroyed) leave();
  }

  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const record = new RequestRecord(request, writer);
    request.record = record;
    reply.raw.once('close', () => {
      if (reply.raw.writableFinished) return;
      record.refuse('The identity provider closed the connection before it had its answer.');
      record.finish(CLIENT_GONE);
    });
    const { authorization } = request.headers;
    const known = guard.ownerOf(authorization);
    record.belongsTo(known);
    if (known) await hold(known, reply);
    else guard.requirePatience(request.ip);
    const context = await authenticate(request, known);
    const owner = ownerOf(context);
    guard.accepted(authorization, owner);
    record.belongsTo(owner);
    if (!known) await hold(owner, reply);
    request.scim = {
      context: record.watch(context),
      connectionId: owner.connectionId,
      profile: profileOf(context),
      baseUrl: baseUrlOf(request),
    };
  };

  async function authenticate(request: FastifyRequest, known: LogOwner | undefined): Promise<Context> {
    try {
      return await authenticateConnection(database, {
        ...identityOf(request, origin),
        organizationId: known?.organizationId,
      });
    } catch (error) {
      if (error instanceof DomainError && error.cause instanceof CredentialRefusal) {
        guard.refused(request.headers.authorization, request.ip);
        request.record?.belongsTo(error.cause.owner);
        request.record?.refuse(error.cause.reason);
      }
      throw error;
    }
  }
}

/** What a request says of who sends it. */
export const identityOf = (request: FastifyRequest, origin: Origin): ScimRequestIdentity => ({
  authorization: request.headers.authorization,
  hostSlug: origin.slugOf(hostOf(request.raw)),
  address: request.ip,
  userAgent: request.headers['user-agent'],
  requestId: request.id,
});

function ownerOf({ organizationId, actor }: Context): LogOwner {
  if (actor.kind !== 'connection') throw new Error('An identity provider acts for its connection.');
  return { organizationId, connectionId: actor.id, credentialId: actor.credentialId };
}
