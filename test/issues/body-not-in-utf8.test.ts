import { newUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization();
});
afterAll(() => product.close());

const send = async (payload: Buffer, type: string) => {
  const answer = await product.app.inject({
    method: 'POST',
    url: '/scim/v2/Users',
    headers: { authorization: `Bearer ${acme.token}`, 'content-type': type },
    payload,
  });
  return { status: answer.statusCode, body: answer.json() };
};

// Bytes that are no UTF-8 were decoded as U+FFFD, so that "M\u00fcller" and "M\u00e4ller" in Latin-1 became one name.
it('a body in another encoding is refused and not guessed at', async () => {
  const text = JSON.stringify(newUser('m\u00fcller'));
  for (const encoding of ['latin1', 'utf16le'] as const) {
    const answer = await send(Buffer.from(text, encoding), 'application/scim+json');
    expect(answer.status).toBe(400);
    expect(answer.body.scimType).toBe('invalidSyntax');
  }
  expect((await send(Buffer.from(text), 'application/scim+json')).body.name.givenName).toBe('m\u00fcller');
});

it.each(['utf-16', 'iso-8859-1', '"windows-1252"', 'utf-7', ''])('charset=%s is 415', async (charset) => {
  const body = Buffer.from(JSON.stringify(newUser()));
  const answer = await send(body, `application/scim+json; charset=${charset}`);
  expect(answer.status).toBe(415);
  expect(answer.body.detail).toContain('application/scim+json');
});

it.each(['utf-8', 'UTF-8', '"utf-8"', 'utf8', 'us-ascii'])('charset=%s is fine', async (charset) => {
  const body = Buffer.from(JSON.stringify(newUser()));
  expect((await send(body, `application/scim+json; charset=${charset}`)).status).toBe(201);
});
