import http from 'node:http';
import type { AddressInfo } from 'node:net';
import zlib from 'node:zlib';
import { buildSchema, graphql } from 'graphql';

type Json = Record<string, unknown>;
type Member = { value: string; acceptedAt: number };
type Stored = Json & { id: string };

export interface Recorded {
  method: string;
  /** Path and query exactly as they came. */
  target: string;
  headers: http.IncomingHttpHeaders;
  body: Json | undefined;
  /** Which connection it came over, counted from 1. */
  socket: number;
  status: number;
}

export interface TargetOptions {
  /** A status here is answered instead of doing the work; called with the number of the request, from 1. */
  fault?: (
    nth: number,
    request: Recorded,
  ) => { status: number; headers?: Record<string, string> } | undefined;
  /** How long a membership stays ADDING for GraphQL. */
  lagMs?: number;
  /**
   * One member of the first group was acknowledged and is shown to nobody. Which one is decided by who is in it, so that
   * no later change of the run can bring it back or take it out.
   */
  losesOne?: boolean;
  /** The largest page, whatever `count` asks for. */
  pageLimit?: number;
}

const SCHEMA = buildSchema(`
  enum State { ADDING ACTIVE REMOVING }
  type PageInfo { hasNextPage: Boolean! endCursor: String }
  type Organization { slug: String! }
  type User { id: ID! userName: String! email: String! active: Boolean! }
  type UserEdge { node: User! }
  type UserConnection { totalCount: Int! edges: [UserEdge!]! pageInfo: PageInfo! }
  type MemberEdge { state: State! acceptedAt: String appliedAt: String node: User! }
  type MemberConnection { totalCount: Int! edges: [MemberEdge!]! pageInfo: PageInfo! }
  type Group { id: ID! displayName: String! members(first: Int, after: String): MemberConnection! }
  type GroupEdge { node: Group! }
  type GroupConnection { totalCount: Int! edges: [GroupEdge!]! pageInfo: PageInfo! }
  type Query { organization: Organization! users(first: Int, after: String): UserConnection!
    groups(first: Int, after: String): GroupConnection! }`);

/** An in-memory SCIM server with a GraphQL door: just enough to push to, with faults on demand. */
export class ScimTarget {
  readonly users = new Map<string, Stored>();
  readonly groups = new Map<string, Stored & { members: Member[] }>();
  readonly requests: Recorded[] = [];
  #server: http.Server;
  #sockets = new Map<unknown, number>();

  constructor(private readonly options: TargetOptions = {}) {
    this.#server = http.createServer((request, response) => void this.#serve(request, response));
  }

  async start(port = 0): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    return this;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get base(): string {
    return `${this.origin}/scim/v2`;
  }

  async #serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    if (!this.#sockets.has(request.socket)) this.#sockets.set(request.socket, this.#sockets.size + 1);
    const recorded: Recorded = {
      method: request.method ?? '',
      target: (request.url ?? '').replace(/^\/scim\/v2/, ''),
      headers: request.headers,
      body: text === '' ? undefined : JSON.parse(text),
      socket: this.#sockets.get(request.socket) ?? 0,
      status: 0,
    };
    this.requests.push(recorded);
    const fault = this.options.fault?.(this.requests.length, recorded);
    const [status, body] =
      fault !== undefined
        ? [fault.status, refusal(fault.status, 'an injected fault')]
        : recorded.target === '/graphql'
          ? [200, await this.#graphql(String(recorded.body?.query))]
          : this.#answer(recorded);
    recorded.status = status;
    const gzipped = request.headers['accept-encoding']?.includes('gzip') === true;
    const bytes = Buffer.from(body === undefined ? '' : JSON.stringify(body));
    response.writeHead(status, {
      'Content-Type': 'application/scim+json',
      ...(gzipped && bytes.length > 0 ? { 'Content-Encoding': 'gzip' } : {}),
      ...fault?.headers,
    });
    response.end(gzipped && bytes.length > 0 ? zlib.gzipSync(bytes) : bytes);
  }

  #answer({ method, target, headers, body = {} }: Recorded): [number, unknown] {
    if (!/^(Bearer good|Basic aWQ6c2VjcmV0)$/.test(headers.authorization ?? '')) {
      return [401, refusal(401, 'the credentials are wrong')];
    }
    const url = new URL(target, 'http://target.example');
    const [, kind, id] = url.pathname.split('/').map(decodeURIComponent);
    const store: Map<string, Stored> = kind === 'Users' ? this.users : this.groups;
    if (id === undefined && method === 'GET') return this.#list(store, url.searchParams);
    if (id === undefined) return this.#create(store, kind === 'Users' ? 'userName' : 'displayName', body);
    const found = store.get(id);
    if (found === undefined) return [404, refusal(404, `there is no ${id}`)];
    if (method === 'GET') return [200, this.#shown(found, url.searchParams)];
    if (method === 'PUT') Object.assign(found, clean(body), { id });
    if (method === 'PATCH') for (const operation of body.Operations as Json[]) this.#patch(found, operation);
    if (kind === 'Users' && found.active === false) {
      for (const group of this.groups.values())
        group.members = group.members.filter(({ value }) => value !== id);
    }
    return kind === 'Users' ? [200, found] : [204, undefined];
  }

  #list(store: Map<string, Stored>, query: URLSearchParams): [number, unknown] {
    const filter = query.get('filter');
    const terms = [...(filter ?? '').matchAll(/(\S+?(?:\[[^\]]*\]\.value)?) eq ("(?:[^"\\]|\\.)*")/g)];
    const found = [...store.values()].filter((row) =>
      terms.every(([, attribute = '', value = '""']) => has(row, attribute, JSON.parse(value))),
    );
    const startIndex = Number(query.get('startIndex') ?? 1);
    const count = Math.min(Number(query.get('count') ?? 12), this.options.pageLimit ?? 1000);
    const resources = found
      .slice(startIndex - 1, startIndex - 1 + count)
      .map((row) => this.#shown(row, query));
    const page = {
      totalResults: found.length,
      startIndex,
      itemsPerPage: resources.length,
      Resources: resources,
    };
    return [200, page];
  }

  #create(store: Map<string, Stored>, key: string, body: Json): [number, unknown] {
    for (const row of store.values()) {
      if (row[key] === body[key])
        return [409, { ...refusal(409, `${key} is taken`), scimType: 'uniqueness' }];
    }
    const id = `00000000-0000-7000-8000-${(this.users.size + this.groups.size).toString(16).padStart(12, '0')}`;
    const row = { ...clean(body), id, ...(key === 'displayName' ? { members: [] } : {}) };
    store.set(id, row as Stored);
    return [201, row];
  }

  #patch(row: Stored, { op, path, value }: Json): void {
    const verb = String(op).toLowerCase();
    const named = String(path ?? '');
    if (path === undefined) {
      for (const [key, each] of Object.entries(value as Json))
        this.#patch(row, { op, path: key, value: each });
    } else if (named.startsWith('members')) {
      const [, one] = /value eq "(.*)"/.exec(named) ?? [];
      const ids = one === undefined ? (value as { value: string }[]).map((member) => member.value) : [one];
      const group = row as Stored & { members: Member[] };
      if (verb !== 'add')
        group.members = group.members.filter((m) => verb === 'remove' && !ids.includes(m.value));
      if (verb !== 'remove') {
        for (const id of ids) {
          if (group.members.some((m) => m.value === id)) continue;
          group.members.push({ value: id, acceptedAt: Date.now() });
        }
      }
    } else if (named.startsWith('emails')) row.emails = [{ type: 'work', primary: true, value }];
    else if (named.startsWith('name.')) row.name = { ...(row.name as Json), [named.slice(5)]: value };
    else if (verb === 'remove') delete row[named];
    else if (named !== 'id' && !named.startsWith('urn:'))
      row[named] = named === 'active' ? truth(value) : value;
  }

  #remembered(group: { members: Member[] }): Member[] {
    const first = [...this.groups.values()].find(({ members }) => members.length > 0);
    if (!this.options.losesOne || group !== first) return group.members;
    const [lost] = group.members.map(({ value }) => value).sort();
    return group.members.filter(({ value }) => value !== lost);
  }

  #shown(row: Stored, query: URLSearchParams): Json {
    if (row.members === undefined) return row;
    const { members: _all, ...rest } = row;
    if (query.get('excludedAttributes') === 'members') return rest;
    const members = this.#remembered(row as Stored & { members: Member[] });
    return { ...rest, members: members.map(({ value }) => ({ value })) };
  }

  async #graphql(query: string): Promise<unknown> {
    const user = ({ id, userName, emails, active }: Stored) => {
      const email = (emails as { value: string }[])[0]?.value;
      return { id, userName, email, active };
    };
    const lag = this.options.lagMs ?? 0;
    const member = ({ value, acceptedAt }: Member) => ({
      state: Date.now() >= acceptedAt + lag ? 'ACTIVE' : 'ADDING',
      acceptedAt: new Date(acceptedAt).toISOString(),
      appliedAt: Date.now() >= acceptedAt + lag ? new Date(acceptedAt + lag).toISOString() : null,
      node: user(this.users.get(value) as Stored),
    });
    const rootValue = {
      organization: { slug: 'target' },
      users: (args: Slice) => connection([...this.users.values()], args, (row) => ({ node: user(row) })),
      groups: (args: Slice) =>
        connection([...this.groups.values()], args, (group) => ({
          node: {
            id: group.id,
            displayName: group.displayName,
            members: (inner: Slice) => connection(this.#remembered(group), inner, member),
          },
        })),
    };
    return graphql({ schema: SCHEMA, source: query, rootValue });
  }
}

type Slice = { first: number; after?: string };

function connection<T>(rows: T[], { first, after }: Slice, edge: (row: T) => unknown): unknown {
  const start = Number(after ?? 0);
  const end = Math.min(rows.length, start + first);
  const pageInfo = { hasNextPage: end < rows.length, endCursor: String(end) };
  return { totalCount: rows.length, edges: rows.slice(start, end).map(edge), pageInfo };
}

function has(row: Stored, attribute: string, value: unknown): boolean {
  if (attribute.startsWith('emails')) return (row.emails as Json[]).some((email) => email.value === value);
  if (attribute === 'members') return (row.members as Member[]).some((member) => member.value === value);
  return row[attribute] === value;
}

const truth = (value: unknown): unknown =>
  typeof value === 'string' ? value.toLowerCase() === 'true' : value;

function clean(body: Json): Json {
  const { id: _id, password: _password, members: _members, ...kept } = body;
  return 'active' in kept ? { ...kept, active: truth(kept.active) } : kept;
}

const refusal = (status: number, detail: string): Json => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
  status: String(status),
  detail,
});
