import type { TestOrganization } from '../support/product.js';
import type { Outcome } from './ops.js';

/** What an operation answered, and the id of what it made. */
export interface Said extends Outcome {
  id?: string | undefined;
}

export const USER_FIELDS = 'id userName email externalId givenName title employeeNumber active version role';
export const GROUP_FIELDS = 'id displayName externalId version';

/** Mutations of the owner, by name. */
export class GraphqlDoor {
  constructor(private readonly organization: TestOrganization) {}

  mutate(field: string, type: string, input: object, fields: string, inner?: string): Promise<Said> {
    const selected = inner ? `${inner} { ${fields} }` : fields;
    return this.call(field, `$input: ${type}!`, 'input: $input', { input }, selected, inner);
  }

  async call(
    field: string,
    declared: string,
    args: string,
    variables: object,
    selected = '',
    inner?: string,
  ): Promise<Said> {
    const document = `mutation (${declared}) { ${field}(${args}) ${selected && `{ ${selected} }`} }`;
    const { body } = await this.organization.graphql(document, variables as Record<string, unknown>);
    if (body.errors)
      return { code: body.errors[0].extensions.code, view: { message: body.errors[0].message } };
    const answer = inner ? body.data[field][inner] : body.data[field];
    const view =
      typeof answer === 'object' && selected !== 'id'
        ? { ...answer, ...(answer.role && { role: answer.role.toLowerCase() }) }
        : {};
    return { code: 'ok', id: answer?.id, view };
  }
}
