import { DomainError } from '../kernel/errors.js';
import { creatorsOf, planBulk, referencesOf, resolveReferences } from './bulk-references.js';
import type { BulkOperation, BulkRequest } from './bulk-request.js';
import { type Call, etagOf, type ResourceEndpoint, type ScimAnswer } from './call.js';
import type { ScimErrorBody } from './errors.js';
import type { JsonObject } from './json-input.js';
import { versionsIn } from './preconditions.js';
import { ProtocolError } from './protocol-error.js';
import type { RecordSubject, RequestRecord } from './request-record.js';
import { routesAt } from './route-list.js';

/** Longer than any method; what a client writes in its place is not repeated whole in the log. */
const MAX_METHOD_LENGTH = 16;

export interface BulkParts {
  endpoints: readonly ResourceEndpoint[];
  /** What a failed operation answers. */
  toError: (error: unknown) => ScimErrorBody;
  /** Begins the row of an operation in the provisioning log. */
  record: (subject: RecordSubject) => RequestRecord | undefined;
}

/** What came of an operation: an answer, or the error in its place. */
interface Outcome {
  operation: BulkOperation;
  location?: string | undefined;
  answer?: ScimAnswer;
  error?: ScimErrorBody;
}

/**
 * Runs a bulk request (RFC 7644 section 3.7): the operations of single requests, each in a transaction of its own, in
 * the order of the request except that what is referred to comes first. After `failOnErrors` errors the rest is left
 * out of the answer, untried.
 */
export async function runBulk(request: BulkRequest, call: Call, parts: BulkParts): Promise<JsonObject> {
  const { order, circular } = planBulk(request.operations);
  const run = new BulkRun(request.operations, circular, call, parts);
  const outcomes: Outcome[] = [];
  for (const operation of order) {
    outcomes.push(await run.outcomeOf(operation));
    if (outcomes.filter(({ error }) => error).length >= request.failOnErrors) break;
  }
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkResponse'],
    Operations: outcomes.sort((a, b) => a.operation.index - b.operation.index).map(toResponse),
  };
}

function toResponse({ operation, location, answer, error }: Outcome): JsonObject {
  const { method, bulkId } = operation;
  return {
    ...(location !== undefined && { location }),
    ...(method !== undefined && { method }),
    ...(bulkId !== undefined && { bulkId }),
    ...(answer?.version !== undefined && { version: etagOf(answer.version) }),
    status: error?.status ?? String(answer?.status),
    ...(error && { response: error }),
  };
}

class BulkRun {
  /** The ids that the bulkIds came to. */
  private readonly ids = new Map<string, string>();
  private readonly creators: ReadonlyMap<string, BulkOperation>;

  constructor(
    operations: readonly BulkOperation[],
    private readonly circular: ReadonlySet<BulkOperation>,
    private readonly call: Call,
    private readonly parts: BulkParts,
  ) {
    this.creators = creatorsOf(operations);
  }

  async outcomeOf(operation: BulkOperation): Promise<Outcome> {
    // Of a failed operation the location is still told, unless it was to create something (RFC 7644 section 3.7.3).
    let location: string | undefined;
    const record = this.parts.record(subjectOf(operation));
    try {
      this.refuseUnresolvable(operation);
      const { path, data } = resolveReferences(operation, (bulkId) => this.ids.get(bulkId) ?? '');
      const { endpoint, id } = this.target({ ...operation, path });
      location = id === undefined ? undefined : `${this.call.scim.baseUrl}${endpoint.path}/${id}`;
      const answer = await this.send({ ...operation, data }, endpoint, id, record);
      const created = answer.location?.split('/').at(-1);
      if (operation.bulkId !== undefined && created !== undefined) this.ids.set(operation.bulkId, created);
      record?.finish(answer.status);
      return { operation, location: answer.location ?? location, answer };
    } catch (failure) {
      const error = this.parts.toError(failure);
      record?.refuse(error.detail, error.scimType);
      record?.finish(Number(error.status));
      return { operation, location, error };
    }
  }

  private refuseUnresolvable(operation: BulkOperation): void {
    if (this.circular.has(operation)) {
      throw new ProtocolError(
        409,
        'This operation refers, over others, to itself, so that none of them can come first. Create the resources without the reference and add it with a PATCH.',
      );
    }
    for (const bulkId of referencesOf(operation)) {
      if (this.ids.has(bulkId)) continue;
      if (!this.creators.has(bulkId)) {
        throw invalid('invalidValue', `No POST of this request has the bulkId '${bulkId}'.`);
      }
      throw new ProtocolError(
        412,
        `The operation with the bulkId '${bulkId}' failed, so this was not tried.`,
      );
    }
  }

  private target({ method, path, bulkId }: BulkOperation): { endpoint: ResourceEndpoint; id?: string } {
    if (method === undefined || !['POST', 'PUT', 'PATCH', 'DELETE'].includes(method)) {
      throw invalid('invalidSyntax', '"method" must be POST, PUT, PATCH or DELETE.');
    }
    if (path === undefined) throw invalid('invalidSyntax', '"path" is missing; it is /Users, for example.');
    const [name = '', id, ...more] = path.replace(/^\/+|\/+$/g, '').split(/\/+/);
    const endpoint = this.parts.endpoints.find((one) => one.path === `/${name}`);
    if (!endpoint || more.length > 0) {
      throw new ProtocolError(
        404,
        `A bulk operation cannot reach '${path}'. The paths begin with /Users or /Groups.`,
      );
    }
    if ((method === 'POST') !== (id === undefined)) {
      const allowed = routesAt(path).map((route) => route.method);
      throw new ProtocolError(405, `'${path}' answers ${allowed.join(', ')}, not ${method}.`);
    }
    if (method === 'POST' && bulkId === undefined) {
      throw invalid('invalidSyntax', 'A POST in a bulk request needs a "bulkId".');
    }
    return id === undefined ? { endpoint } : { endpoint, id };
  }

  private send(
    operation: BulkOperation,
    endpoint: ResourceEndpoint,
    id = '',
    record?: RequestRecord,
  ): Promise<ScimAnswer> {
    const { method, version, data } = operation;
    const { scim } = this.call;
    const call: Call = {
      ...this.call,
      ...(record && { scim: { ...scim, context: record.watch(scim.context) }, ignored: record.ignore }),
      // Nobody sees the resource, so nothing that costs a query is read for it.
      projection: { attributes: 'id' },
      expectedVersion: versionsIn(version),
    };
    if (method === 'DELETE') return endpoint.remove(call, id);
    if (data === undefined || data === null) throw invalid('invalidSyntax', `A ${method} needs "data".`);
    if (method === 'POST') {
      this.refuseSecond(operation);
      return endpoint.create(call, data);
    }
    return method === 'PUT' ? endpoint.replace(call, id, data) : endpoint.modify(call, id, data);
  }

  private refuseSecond(operation: BulkOperation): void {
    if (this.creators.get(operation.bulkId ?? '')?.index === operation.index) return;
    throw invalid('invalidValue', `The bulkId '${operation.bulkId}' was given to an earlier operation.`);
  }
}

/** What the row of an operation is about, before anybody knows whether it can be run. */
function subjectOf({ method = 'bulk', path = '', data }: BulkOperation): RecordSubject {
  const [name, id] = path.replace(/^\/+/, '').split('/');
  const resourceType = name === 'Users' ? 'User' : name === 'Groups' ? 'Group' : null;
  return { method: method.slice(0, MAX_METHOD_LENGTH), resourceType, id, body: data, isSearch: false };
}

const invalid = (scimType: string, sentence: string): DomainError =>
  new DomainError('INVALID_INPUT', sentence, { scimType });
