import { Client, firstGraphqlError, isResource, type Resource } from './client.js';
import { Refused } from './statistics.js';

export interface DirectoryUser {
  readonly id: string;
  readonly userName: string;
  readonly email: string;
  readonly active: boolean;
}

export interface MembershipEdge {
  readonly state: 'ADDING' | 'ACTIVE' | 'REMOVING';
  /** ISO 8601, by the server's clock. */
  readonly acceptedAt: string | null;
  readonly appliedAt: string | null;
  readonly node: { readonly id: string; readonly userName: string };
}

export interface Connection<Edge> {
  readonly totalCount: number;
  readonly edges: readonly Edge[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

export interface DirectoryGroup {
  readonly id: string;
  readonly displayName: string;
  readonly members: Connection<MembershipEdge>;
}

type Nodes<T> = Connection<{ readonly node: T }>;

export interface Totals {
  readonly slug: string;
  readonly users: number;
  readonly groups: number;
}

const PAGE_INFO = 'pageInfo { hasNextPage endCursor }';

/** Reads an organization over Rollcall's GraphQL door, page by page. Rejects with Refused for any GraphQL error. */
export class DirectoryReader {
  readonly #client: Client;
  readonly #target: string;

  constructor({ url, token }: { readonly url: string; readonly token: string }) {
    const parsed = new URL(url);
    this.#target = `${parsed.pathname}${parsed.search}`;
    this.#client = new Client({
      base: new URL('/', parsed),
      authorization: `Bearer ${token}`,
      concurrency: 4,
      habits: {
        headers: { Accept: 'application/json' },
        contentType: 'application/json',
        keepAlive: true,
        timeoutMs: 60_000,
        throttledAttempts: 10,
        waitWithoutRetryAfterMs: 1000,
      },
    });
  }

  async totals(): Promise<Totals> {
    const data = await this.#query(
      `{ organization { slug } users(first: 1) { totalCount } groups(first: 1) { totalCount } }`,
    );
    const { organization, users, groups } = data as {
      organization: { slug: string };
      users: { totalCount: number };
      groups: { totalCount: number };
    };
    return { slug: organization.slug, users: users.totalCount, groups: groups.totalCount };
  }

  async users(after: string | null): Promise<Nodes<DirectoryUser>> {
    const data = await this.#query(
      `{ users(${page(100, after)}) { totalCount edges { node { id userName email active } } ${PAGE_INFO} } }`,
    );
    return data.users as Nodes<DirectoryUser>;
  }

  /** `membersAfter` applies to every group of the page, so it is of use with `first: 1` only. */
  async groups(
    first: number,
    after: string | null,
    membersAfter: string | null,
  ): Promise<Nodes<DirectoryGroup>> {
    const members = `members(${page(100, membersAfter)}) {
      totalCount edges { state acceptedAt appliedAt node { id userName } } ${PAGE_INFO} }`;
    const data = await this.#query(
      `{ groups(${page(first, after)}) { totalCount edges { node { id displayName ${members} } } ${PAGE_INFO} } }`,
    );
    return data.groups as Nodes<DirectoryGroup>;
  }

  close(): void {
    this.#client.close();
  }

  async #query(query: string): Promise<Resource> {
    const { body, status } = await this.#client.read(this.#target, { query });
    const error = firstGraphqlError(body);
    if (error !== undefined) throw new Refused(`POST ${this.#target}`, status, String(error));
    if (!isResource(body.data)) throw new Refused(`POST ${this.#target}`, status, 'the answer holds no data');
    return body.data;
  }
}

/** Cursors are written into the query, so that it does not matter which scalar their argument is. */
const page = (first: number, after: string | null): string =>
  `first: ${first}${after === null ? '' : `, after: ${JSON.stringify(after)}`}`;
