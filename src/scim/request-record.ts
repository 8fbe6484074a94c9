import type { FastifyRequest } from 'fastify';
import type { Context } from '../kernel/context.js';
import { isId, newId } from '../kernel/ids.js';
import {
  type LogEntry,
  plainDetail,
  plainNames,
  plainText,
  type RefusedBy,
} from '../provisioning/log-entry.js';
import { logStatement } from '../provisioning/log-rows.js';
import type { ProvisioningLogWriter } from '../provisioning/log-writer.js';
import { dialectOf } from './dialect.js';
import { ignoredIn, normalisationsOf } from './normalisations.js';
import { ATTRIBUTE_NAMES } from './user-input.js';

const MAX_AGENT_LENGTH = 200;

/** What a route does, by method: the names of the operations behind it. */
const OPERATIONS: Readonly<Record<'User' | 'Group', Readonly<Record<string, string>>>> = {
  User: {
    POST: 'provisionUser',
    PUT: 'updateProvisionedUser',
    PATCH: 'updateProvisionedUser',
    DELETE: 'deprovisionUser',
  },
  Group: {
    POST: 'provisionGroup',
    PUT: 'updateProvisionedGroup',
    PATCH: 'updateProvisionedGroup',
    DELETE: 'deprovisionGroup',
  },
};

/**
 * Writes one request of an identity provider into the provisioning log (B40). A command's row is part of its
 * transaction; everything else goes to the writer once the answer is out. A request that is nobody's leaves no row.
 */
export class RequestRecord {
  private readonly arrivedAt = performance.now();
  private readonly ignored: string[] = [];
  private owner: RefusedBy | undefined;
  private isWritten = false;
  private isFinished = false;
  private refusal: { detail: string; scimType: string | null } | undefined;

  constructor(
    private readonly request: FastifyRequest,
    private readonly writer: ProvisioningLogWriter,
  ) {}

  /** Whose log this request belongs to, as soon as that is known. */
  belongsTo(owner: RefusedBy | undefined): void {
    this.owner = owner;
  }

  /** The same context, whose commands now write their row of the log. */
  watch(context: Context): Context {
    return {
      ...context,
      keepRecord: (recorded) => {
        const changes = Object.assign({}, ...recorded.map((one) => one.changes)) as Record<string, unknown>;
        const entry = this.entry(this.statusWhenDone(), changes, recorded[0]?.target);
        this.isWritten = entry !== undefined;
        return entry && logStatement(entry);
      },
    };
  }

  /** Hears the path of what a PATCH asked for and nobody keeps. */
  readonly ignore = (name: string): void => {
    this.ignored.push(name);
  };

  /** Why the request is being refused, in words for the administrator; the first reason counts. */
  refuse(detail: string, scimType?: string): void {
    this.refusal ??= { detail, scimType: scimType ?? null };
  }

  /** The answer is out, or never will be. A write that was answered as it was logged is in the log already. */
  finish(status: number): void {
    if (this.isFinished) return;
    this.isFinished = true;
    if (this.isWritten && status < 400) return;
    const entry = this.entry(status, {}, undefined);
    if (entry) this.writer.add(entry);
  }

  /** What a write answers when it commits: its row must say so before it is known that it will. */
  private statusWhenDone(): number {
    const { method } = this.request;
    if (method === 'POST') return 201;
    const isSilent = method === 'DELETE' || (method === 'PATCH' && this.resourceType === 'Group');
    return isSilent && this.request.scim.profile.name !== 'rfc' ? 204 : method === 'DELETE' ? 204 : 200;
  }

  private get resourceType(): 'User' | 'Group' | null {
    const [, name] = /\/(User|Group)s(?=$|\/)/.exec(this.request.routeOptions.url ?? '') ?? [];
    return (name as 'User' | 'Group' | undefined) ?? null;
  }

  private entry(status: number, changes: Record<string, unknown>, target: string | undefined) {
    if (!this.owner) return undefined;
    const { request, resourceType } = this;
    const isWrite = request.method !== 'GET' && request.method !== 'HEAD';
    const id = target ?? (request.params as { id?: string } | undefined)?.id;
    const ignored = isWrite ? this.ignoredParts() : [];
    return {
      id: newId(),
      owner: this.owner,
      arrivedAt: this.arrivedAt,
      requestId: request.id,
      method: request.method,
      resourceType,
      targetId: id !== undefined && isId(id) ? id : null,
      operation: this.operation(status, id),
      status,
      outcome: outcomeOf(status, Object.keys(changes).length > 0, ignored.length > 0),
      detail: this.refusal && status >= 400 ? plainDetail(this.refusal.detail) : null,
      scimType: (status >= 400 && this.refusal?.scimType) || null,
      changes: resourceType === 'User' ? inScimNames(changes) : changes,
      normalisations: isWrite ? plainNames(normalisationsOf(request.body)) : [],
      ignored: plainNames(ignored),
      dialect: dialectOf({
        method: request.method,
        url: request.raw.url ?? '',
        userAgent: request.headers['user-agent'],
        hasAdScimVersion: request.headers.adscimversion !== undefined,
        body: request.body,
      }),
      durationMs: performance.now() - this.arrivedAt,
      address: request.ip,
      userAgent: plainAgent(request.headers['user-agent']),
    } satisfies LogEntry;
  }

  private ignoredParts(): string[] {
    const { request, resourceType } = this;
    const table = resourceType && request.scim?.profile.resources[resourceType];
    return table ? [...this.ignored, ...ignoredIn(request.body, table)] : this.ignored;
  }

  private operation(status: number, id: string | undefined): string {
    const { method } = this.request;
    if (status === 401) return 'authenticate';
    if (!this.resourceType) return method.toLowerCase();
    const isSearch =
      method === 'GET' || method === 'HEAD' || this.request.routeOptions.url?.endsWith('.search');
    const read = this.resourceType === 'User' ? 'user' : 'group';
    if (isSearch) return id === undefined ? `${read}s` : read;
    return OPERATIONS[this.resourceType][method] ?? method.toLowerCase();
  }
}

function outcomeOf(status: number, hasChanged: boolean, hasIgnored: boolean): LogEntry['outcome'] {
  if (status >= 400) return status >= 500 && status !== 501 ? 'failed' : 'refused';
  if (hasIgnored) return 'ignored-parts';
  return hasChanged ? 'applied' : 'unchanged';
}

const plainAgent = (agent: string | undefined): string | null =>
  agent === undefined || agent === '' ? null : plainText(agent, MAX_AGENT_LENGTH);

/** The administrator knows the attributes by the names in their mapping: `name.givenName`, not `givenName`. */
function inScimNames(changes: Record<string, unknown>): Record<string, unknown> {
  const names: Readonly<Record<string, string>> = ATTRIBUTE_NAMES;
  return Object.fromEntries(Object.entries(changes).map(([name, change]) => [names[name] ?? name, change]));
}
