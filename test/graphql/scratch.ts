import 'reflect-metadata';
import { type FastifyRequest, fastify } from 'fastify';
import { Arg, Args, Ctx, Field, InputType, Int, ObjectType, Query, Resolver } from 'type-graphql';
import { ConnectionArgs, connectionTypes, toConnection } from '../../graphql/connection.js';
import type { GraphqlContext } from '../../graphql/context.js';
import type { Loaders } from '../../graphql/loaders.js';
import { buildGraphqlSchema } from '../../graphql/schema.js';
import { mountGraphql } from '../../graphql/server.js';
import type { Context } from '../../src/kernel/context.js';
import { DomainError, type ErrorCode } from '../../src/kernel/errors.js';
import { createLogger } from '../../src/kernel/logger.js';

/** What an unexpected error says and no client may read. */
export const SECRET = 'connect ECONNREFUSED postgres://rollcall:hunter2@10.0.0.5';

const PEOPLE = ['01', '02', '03'].map((id) => ({ id, name: `person ${id}` }));

@ObjectType({ description: 'A person.', simpleResolvers: true })
export class Person {
  @Field(() => String, { description: 'The id.' })
  id!: string;
  @Field(() => String, { description: 'The name.' })
  name!: string;
}
const { Connection: PersonConnection } = connectionTypes('Person', () => Person);

@InputType({ description: 'A person to make.' })
class PersonInput {
  @Field(() => String, { description: 'The address.' })
  email!: string;
}

/** What the resolvers were asked to do, so that a refused request can be shown not to have run. */
export const calls: string[] = [];

@Resolver()
export class ScratchResolver {
  @Query(() => String, { nullable: true, description: 'Who asked.' })
  whoAmI(@Ctx() { context, loaders }: GraphqlContext): string {
    calls.push('whoAmI');
    return `${context.organizationId} ${JSON.stringify(loaders)}`;
  }

  @Query(() => String, { nullable: true, description: 'Fails with a code of the catalogue.' })
  refuse(@Arg('code', () => String) code: ErrorCode): string {
    const options = { field: 'email', retryAfter: 7, cause: new Error(SECRET) };
    throw new DomainError(code, `public sentence of ${code}`, options);
  }

  @Query(() => String, { nullable: true, description: 'Fails unexpectedly.' })
  explode(): string {
    throw new Error(SECRET);
  }

  @Query(() => Int, { nullable: true, description: 'Returns what its type cannot hold.' })
  unserializable(): unknown {
    return SECRET;
  }

  @Query(() => String, { nullable: true, description: 'Takes an input object.' })
  make(
    @Arg('input', () => PersonInput) { email }: PersonInput,
    @Arg('times', () => Int, { defaultValue: 1 }) times: number,
  ): string {
    return email.repeat(times);
  }

  @Query(() => String, { nullable: true, description: 'Answers after 300 ms.' })
  slow(): Promise<string> {
    calls.push('slow');
    return new Promise((done) => setTimeout(done, 300, 'done'));
  }

  @Query(() => PersonConnection, { nullable: true, description: 'Three people.' })
  people(@Args(() => ConnectionArgs) { first, after }: ConnectionArgs) {
    const totalCount = async () => calls.push('count') && PEOPLE.length;
    const result = { rows: PEOPLE.slice(0, first), hasNextPage: first < PEOPLE.length };
    return toConnection(result, { after, id: (row) => row.id, node: (row) => row, totalCount });
  }
}

export const schema = buildGraphqlSchema([ScratchResolver]);

async function authenticate({ headers, id }: FastifyRequest): Promise<Context> {
  const token = headers.authorization?.replace('Bearer ', '');
  if (token === 'good') return { organizationId: 'org-1', requestId: `ctx-${id}` } as Context;
  if (token === 'bug') throw new TypeError(SECRET);
  if (token === 'outage') throw new DomainError('UNAVAILABLE', 'The database is away.', { retryAfter: 3 });
  throw new DomainError('UNAUTHENTICATED', 'No valid API token arrived. Send Authorization: Bearer TOKEN.');
}

/** The scratch schema on a real port, closed after the test that started it. */
export async function start(production = false) {
  const lines: string[] = [];
  const app = fastify();
  const logger = createLogger('warn', { write: (line: string) => void lines.push(line) });
  const createLoaders = (context: Context) => ({ of: context.organizationId }) as unknown as Loaders;
  const writeMail = () => ({ subject: '', text: '', html: '' });
  await mountGraphql(app, { schema, production, logger, authenticate, createLoaders, writeMail });
  const url = `${await app.listen({ port: 0 })}/graphql`;
  started.push(() => app.close());

  const send = async (body: unknown, headers: Record<string, string> = {}, method = 'POST') => {
    const defaults = {
      authorization: 'Bearer good',
      'content-type': 'application/json',
      connection: 'close',
    };
    const entries = Object.entries({ ...defaults, ...headers }).filter(([, value]) => value !== '');
    const answer = await fetch(url, {
      method,
      headers: Object.fromEntries(entries),
      ...(method !== 'GET' &&
        method !== 'HEAD' && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const json = answer.headers.get('content-type')?.includes('json') ? JSON.parse(text || '{}') : {};
    return { status: answer.status, headers: answer.headers, text, json, error: json.errors?.[0] };
  };
  const ask = (query: string, variables?: unknown) => send({ query, variables });
  return { app, url, lines, send, ask };
}

const started: (() => Promise<void>)[] = [];

afterEach(async () => {
  calls.length = 0;
  for (const close of started.splice(0)) await close();
});
