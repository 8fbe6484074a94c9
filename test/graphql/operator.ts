import { createOperatorToken } from '../../src/access/operator-tokens.js';
import type { Answer, TestProduct } from '../support/product.js';

/** What an operator is answered, and whether it was an answer of before. */
export interface OperatorAnswer extends Answer {
  code: string | undefined;
  field: string | undefined;
  replayed: boolean;
}

/** Somebody with an operator token. */
export interface Operator {
  id: string;
  token: string;
  ask(
    query: string,
    variables?: Record<string, unknown>,
    headers?: Record<string, string>,
  ): Promise<OperatorAnswer>;
}

/** An operator with a token of their own, who asks the product over GraphQL. */
export async function newOperator({ app, database }: TestProduct): Promise<Operator> {
  const { id, token } = await createOperatorToken(database, { label: 'portal' });
  return {
    id,
    token,
    async ask(query, variables = {}, headers = {}) {
      const answer = await app.inject({
        method: 'POST',
        url: '/graphql',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
        payload: JSON.stringify({ query, variables }),
      });
      const body = answer.json();
      const { code, field } = body.errors?.[0]?.extensions ?? {};
      return {
        status: answer.statusCode,
        headers: answer.headers,
        body,
        code,
        field,
        replayed: answer.headers['idempotency-replayed'] === 'true',
      };
    },
  };
}
