import type { FastifyRequest } from 'fastify';
import type { ExpectedVersion } from '../directory/provisioned-user.js';
import type { ScimPage, ScimPageResult } from '../directory/scim-page.js';
import type { SortRequest } from '../directory/sort.js';
import type { AnswerWatch } from './answer-watch.js';
import type { JsonObject } from './json-input.js';
import type { ProjectionQuery } from './projection.js';

/** Who asks, and what of the answer they want to see: the same for a request of its own and for one inside /Bulk. */
export interface Call {
  readonly scim: FastifyRequest['scim'];
  /** `attributes` and `excludedAttributes`. */
  readonly projection: ProjectionQuery;
  /** If-Match and If-None-Match, or the `version` of a bulk operation; undefined without a condition. */
  readonly expectedVersion: ExpectedVersion;
  readonly answer: AnswerWatch;
  /** Hears the path of what a PATCH asked for and nobody keeps, for the provisioning log (B40). */
  readonly ignored: (name: string) => void;
}

/** The answer of one operation on one resource. */
export interface ScimAnswer {
  readonly status: 200 | 201 | 204;
  readonly location?: string;
  /** The resource's version, behind its ETag. */
  readonly version?: number;
  readonly resource?: JsonObject;
  /** Of a list that is too long for one statement, what follows the elements in `resource`. */
  readonly rest?: { readonly attribute: string; readonly batches: AsyncIterable<JsonObject[]> };
}

/** What a client asks of a list, by query parameters or by a search in the body. */
export interface ListQuery {
  readonly filter?: string | undefined;
  readonly sort?: SortRequest | undefined;
  readonly page: ScimPage;
  readonly projection: ProjectionQuery;
}

/** What can be done with one resource type: each function is the translation of one operation. */
export interface ResourceEndpoint {
  readonly path: '/Users' | '/Groups';
  list(call: Call, query: ListQuery): Promise<ScimPageResult<JsonObject>>;
  create(call: Call, body: unknown): Promise<ScimAnswer>;
  read(call: Call, id: string): Promise<ScimAnswer>;
  replace(call: Call, id: string, body: unknown): Promise<ScimAnswer>;
  modify(call: Call, id: string, body: unknown): Promise<ScimAnswer>;
  remove(call: Call, id: string): Promise<ScimAnswer>;
}

/** The weak ETag of a version (RFC 7644 section 3.14): `meta.version` and the header say the same. */
export const etagOf = (version: number): string => `W/"${version}"`;
