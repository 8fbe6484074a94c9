import { patch } from '../../support/people.js';
import { type Answer, startProduct, type TestOrganization, type TestProduct } from '../../support/product.js';
import { CORE, fullUser } from './full-user.js';

export type Operation = Record<string, unknown>;

/** For a test file: an organization with the rfc profile, and how to patch people in it. */
export function patchingPeople() {
  let product: TestProduct;
  let acme: TestOrganization;

  beforeAll(async () => {
    product = await startProduct();
    acme = await product.organization({ profile: 'rfc' });
  });
  afterAll(() => product.close());

  /** A person with these attributes beside a userName nobody else has, patched. */
  const patched = async (
    attributes: Record<string, unknown>,
    ...operations: Operation[]
  ): Promise<Answer> => {
    const { userName } = fullUser();
    const created = await acme.scim('POST', '/Users', { schemas: [CORE], userName, ...attributes });
    if (created.status !== 201) throw new Error(created.body.detail);
    const answer = await acme.scim('PATCH', `/Users/${created.body.id}`, patch(...operations));
    const read = await acme.scim('GET', `/Users/${created.body.id}`);
    if (answer.status === 200) expect(read.body).toEqual(answer.body);
    else expect(read.body).toEqual(created.body);
    return answer;
  };
  return {
    patched,
    get product() {
      return product;
    },
    get acme() {
      return acme;
    },
  };
}

export const replace = (path: string, value: unknown) => ({ op: 'replace', path, value });
export const add = (path: string, value: unknown) => ({ op: 'add', path, value });
export const remove = (path: string, value?: unknown) => ({
  op: 'remove',
  path,
  ...(value !== undefined && { value }),
});

export const PHONES = [
  { value: '1', type: 'work', primary: true },
  { value: '2', type: 'home' },
];
export const NAME = { givenName: 'Barbara', familyName: 'Jensen', middleName: 'Jane', formatted: 'B J' };
