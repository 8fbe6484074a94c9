import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let organization: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
  organization = await product.organization();
});
afterAll(() => product.close());

const approve = async (domain: string, token?: string) => {
  const document = 'mutation($domain: String!) { approveDomain(domain: $domain) { id domain } }';
  const { body } = await organization.graphql(document, { domain }, token);
  return body.errors?.[0].extensions.code ?? body.data.approveDomain.domain;
};

describe('approveDomain (B36)', () => {
  it.each([
    ['acme.example', 'acme.example'],
    [' ACME.Example. ', 'CONFLICT'],
    ['\uFF21cme2.example', 'acme2.example'],
    ['b\u00FCro.example', 'xn--bro-hoa.example'],
    ['fa\u00DF.example', 'xn--fa-hia.example'],
    ['\uD68C\uC0AC.example', 'xn--vf4b131b.example'],
    ['sub.acme.example', 'sub.acme.example'],
    ['acme\u3002test', 'acme.test'],
    ['gmail.com', 'INVALID_INPUT'],
    ['naver.com', 'INVALID_INPUT'],
    ['GMX.de', 'INVALID_INPUT'],
    ['example', 'INVALID_INPUT'],
    ['ada@acme.example', 'INVALID_INPUT'],
    ['acme.example/path', 'INVALID_INPUT'],
    ['https://acme.example', 'INVALID_INPUT'],
    ['acme.example:80', 'INVALID_INPUT'],
    ['acme..example', 'INVALID_INPUT'],
    ['-acme.example', 'INVALID_INPUT'],
    ['127.0.0.1', 'INVALID_INPUT'],
    ['0x7f.1', 'INVALID_INPUT'],
    ['[::1]', 'INVALID_INPUT'],
    ['acme.example\u0000', 'INVALID_INPUT'],
    ['acme.\uD800example', 'INVALID_INPUT'],
    ['*.acme.example', 'INVALID_INPUT'],
    ['a'.repeat(64).concat('.example'), 'INVALID_INPUT'],
    ['', 'INVALID_INPUT'],
  ])('%j gives %s', async (domain, answer) => {
    expect(await approve(domain)).toBe(answer);
  });

  it('approvedDomains lists them, removeApprovedDomain takes one away', async () => {
    const list = async () =>
      (await organization.graphql('{ approvedDomains { id domain } }')).body.data.approvedDomains as {
        id: string;
        domain: string;
      }[];
    const before = await list();
    const [first] = before;
    const removed = await organization.graphql(`mutation { removeApprovedDomain(id: "${first?.id}") }`);
    expect(removed.body.data.removeApprovedDomain).toBe(first?.id);
    expect(await list()).toEqual(before.slice(1));
    const again = await organization.graphql(`mutation { removeApprovedDomain(id: "${first?.id}") }`);
    expect(again.body.errors[0].extensions.code).toBe('NOT_FOUND');
  });

  it('is for owners and admins', async () => {
    expect(await approve('admin.example', await organization.issueToken('admin'))).toBe('admin.example');
    for (const role of ['group_admin', 'user'] as const) {
      const token = await organization.issueToken(role);
      expect(await approve('user.example', token)).toBe('FORBIDDEN');
      const list = await organization.graphql('{ approvedDomains { id } }', {}, token);
      expect(list.body.errors[0].extensions.code).toBe('FORBIDDEN');
    }
  });
});
