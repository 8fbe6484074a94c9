import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization();
});
afterAll(() => product.close());

// NUL and half surrogates in a label or a course were INTERNAL, UNAVAILABLE or stored as something else.
it.each(['NUL \u0000', 'half \ud800', 'other half \udc00'])(
  '%j is INVALID_INPUT wherever text is free',
  async (text) => {
    const label = { connectionId: acme.connectionId, label: text };
    const course = (id: string, name: string) => ({ email: 'guest@people.example', courses: [{ id, name }] });
    const answers = [
      await acme.graphql(
        'mutation ($input: IssueScimCredentialInput!) { issueScimCredential(input: $input) { id } }',
        {
          input: label,
        },
      ),
      ...(await Promise.all(
        [course(text, 'name'), course('id', text)].map((input) =>
          acme.graphql('mutation ($input: InviteUserInput!) { inviteUser(input: $input) { id } }', { input }),
        ),
      )),
    ];
    expect(answers.map((answer) => answer.body.errors?.[0].extensions.code)).toEqual(
      answers.map(() => 'INVALID_INPUT'),
    );
  },
);
