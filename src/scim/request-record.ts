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
import { type AskedMembers, askedMembers } from './asked-members.js';
import { dialectOf } from './dialect.js';
import { ignoredIn, normalisationsOf } from './normalisations.js';
import { ATTRIBUTE_NAMES } from './user-input.js';

const MAX_AGENT_LENGTH = 200;

/** What a row is about: the request itself, or one operation of a bulk request. */
export interface RecordSubject {
  readonly method: string;
  readonly resourceType: 'User' | 'Group' | null;
  /** The id in the path, where it has one. */
  readonly id: string | undefined;
  readonly body: unknown;
  readonly isSearch: boolean;
}

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
  private hasParts = false;
  private refusal: { detail: string; scimType: string | null } | undefined;

  constructor(
    private readonly request: FastifyRequest,
    private readonly writer: ProvisioningLogWriter,
    private readonly operationInside?: RecordSubject,
  ) {}

  /** The record of one operation inside this request: a row of its own. The request then has none, unless it is refused. */
  part(subject: RecordSubject): RequestRecord {
    this.hasParts = true;
    const part = new RequestRecord(this.request, this.writer, subject);
    part.belongsTo(this.owner);
    return part;
  }

  /** Whose log this request belongs to, as soon as that is known. */
  belongsTo(owner: RefusedBy | undefined): void {
    this.owner = owner;
  }

  /** The same context, whose commands now write their row of the log. */
  watch(context: Context): Context {
    return {
      ...context,
      progress: { isStored: false },
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
    if ((this.isWritten || this.hasParts) && status < 400) return;
    const entry = this.entry(status, {}, undefined);
    if (entry) this.writer.add(entry);
  }

  /** What a write answers when it commits: its row must say so before it is known that it will. */
  private statusWhenDone(): number {
    const { method, resourceType } = this.subject;
    if (method === 'POST') return 201;
    if (method === 'DELETE') return 204;
    const isGroupPatch = method === 'PATCH' && resourceType === 'Group';
    return isGroupPatch ? this.request.scim.profile.patchGroup.answers : 200;
  }

  private get subject(): RecordSubject {
    if (this.operationInside) return this.operationInside;
    const { method, routeOptions, params, body } = this.request;
    const [, name] = /\/(User|Group)s(?=$|\/)/.exec(routeOptions.url ?? '') ?? [];
    const isRead = method === 'GET' || method === 'HEAD';
    return {
      method,
      resourceType: (name as 'User' | 'Group' | undefined) ?? null,
      id: (params as { id?: string } | undefined)?.id,
      body,
      isSearch: isRead || routeOptions.url?.endsWith('.search') === true,
    };
  }

  private entry(status: number, changes: Record<string, unknown>, target: string | undefined) {
    if (!this.owner) return undefined;
    const { request, subject } = this;
    const { method, resourceType, body } = subject;
    const isWrite = method !== 'GET' && method !== 'HEAD';
    const id = target ?? subject.id;
    const asked = isWrite && resourceType === 'Group' ? askedMembers(body) : undefined;
    const nested = asked?.nested.map((group) => `members: the group ${group}`) ?? [];
    const ignored = isWrite ? [...this.ignoredParts(subject), ...nested] : [];
    return {
      id: newId(),
      owner: this.owner,
      arrivedAt: this.arrivedAt,
      requestId: request.id,
      method,
      resourceType,
      targetId: id !== undefined && isId(id) ? id : null,
      operation: operationOf(subject, status, id),
      status,
      outcome: outcomeOf(status, Object.keys(changes).length > 0, ignored.length > 0),
      detail: this.refusal && status >= 400 ? plainDetail(this.refusal.detail) : null,
      scimType: (status >= 400 && this.refusal?.scimType) || null,
      changes: resourceType === 'User' ? inScimNames(changes) : withAsked(changes, status, asked),
      normalisations: isWrite ? plainNames(normalisationsOf(body)) : [],
      ignored: plainNames(ignored),
      dialect: dialectOf({
        method,
        url: request.raw.url ?? '',
        userAgent: request.headers['user-agent'],
        hasAdScimVersion: request.headers.adscimversion !== undefined,
        body,
      }),
      durationMs: performance.now() - this.arrivedAt,
      address: request.ip,
      userAgent: plainAgent(request.headers['user-agent']),
    } satisfies LogEntry;
  }

  private ignoredParts({ resourceType, body }: RecordSubject): string[] {
    const table = resourceType && this.request.scim?.profile.resources[resourceType];
    return table ? [...this.ignored, ...ignoredIn(body, table)] : this.ignored;
  }
}

function operationOf(
  { method, resourceType, isSearch }: RecordSubject,
  status: number,
  id: string | undefined,
): string {
  if (status === 401) return 'authenticate';
  if (!resourceType) return method.toLowerCase();
  const read = resourceType === 'User' ? 'user' : 'group';
  if (isSearch) return id === undefined ? `${read}s` : read;
  return OPERATIONS[resourceType][method] ?? method.toLowerCase();
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

/** Whoever a refused request named, and nested groups that were passed over, beside who came and went. */
function withAsked(
  changes: Record<string, unknown>,
  status: number,
  asked: AskedMembers | undefined,
): Record<string, unknown> {
  const refused = status >= 400 && asked && asked.ids.length > 0 && { asked: asked.ids };
  const nested = asked && asked.nested.length > 0 && { nested: asked.nested };
  if (!refused && !nested) return changes;
  return { ...changes, members: { ...(changes.members as object | undefined), ...refused, ...nested } };
}
