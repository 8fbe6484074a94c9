import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Directory } from './directory.js';
import { openIdProvider } from './openid-provider.js';
import { answerPage, chooserPage, directoryPage, headersFor, LISTED, troublePage } from './pages.js';
import { metadataXml, requestId, type SamlService, signedResponse } from './saml-answers.js';
import { makeSigningKey } from './signing-key.js';

/** The service that people sign in to. */
export interface Service extends SamlService {
  redirectUri: string;
  /** Where people begin. */
  signInPage: string;
}

/** A running provider. Its pages are at `url`, the directory with the switches first. */
export interface IdentityProvider {
  url: string;
  metadataUrl: string;
  issuer: string;
  client: { clientId: string; clientSecret: string };
  close(): Promise<void>;
}

const MAX_FORM_BYTES = 64 * 1024;

/**
 * An identity provider that signs people of a directory in, by SAML 2.0 and OpenID Connect. For demos and tests: it asks
 * nobody for a password. It listens on loopback unless told otherwise and calls itself `localhost`, which is another site
 * to a browser than the `127.0.0.1` of the service, as a real provider is.
 */
export async function startIdentityProvider(options: {
  service: Service;
  directory: Directory;
  host?: string;
  port?: number;
}): Promise<IdentityProvider> {
  const { service, directory, host = '127.0.0.1', port = 0 } = options;
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  const metadataUrl = `${url}/saml/metadata`;
  const key = makeSigningKey({ name: 'Simulated identity provider' });
  const afterLogout = [service.signInPage, `${service.signInPage}/in`, `${service.signInPage}/out`];
  const openId = openIdProvider(url, { redirectUri: service.redirectUri, afterLogout }, directory);
  const headers = headersFor(new URL(service.acsUrl).origin);
  const show = (response: ServerResponse, html: string, status = 200) =>
    void response.writeHead(status, headers).end(html);

  const routes: Record<string, (request: IncomingMessage, response: ServerResponse) => Promise<void>> = {
    async 'GET /'(request, response) {
      const find = queryOf(request).get('find') ?? '';
      show(response, directoryPage(directory.find(find, LISTED), find, service.signInPage));
    },
    async 'POST /'(request, response) {
      const form = await formOf(request);
      await directory.setActive(form.get('subject') ?? '', form.get('active') === 'true');
      const find = encodeURIComponent(form.get('find') ?? '');
      response.writeHead(303, { location: find === '' ? '/' : `/?find=${find}` }).end();
    },
    async 'GET /saml/metadata'(_request, response) {
      const xml = metadataXml(metadataUrl, `${url}/saml/sso`, key);
      response.writeHead(200, { 'content-type': 'application/samlmetadata+xml' }).end(xml);
    },
    async 'GET /saml/sso'(request, response) {
      const query = queryOf(request);
      const find = query.get('find') ?? '';
      if (requestId(query.get('SAMLRequest') ?? '') === undefined) {
        return show(response, troublePage('There is no SAML request in this address.'), 400);
      }
      const begun = {
        SAMLRequest: query.get('SAMLRequest') ?? '',
        RelayState: query.get('RelayState') ?? '',
      };
      return show(response, chooserPage(directory.find(find, LISTED), find, begun));
    },
    async 'POST /saml/sso'(request, response) {
      const form = await formOf(request);
      const inResponseTo = requestId(form.get('SAMLRequest') ?? '');
      const account = directory.account(form.get('subject') ?? '');
      if (inResponseTo === undefined || account === undefined) {
        return show(response, troublePage('Begin again on the sign-in page of the service.'), 400);
      }
      const SAMLResponse = signedResponse({ issuer: metadataUrl, service, inResponseTo, account, key });
      const RelayState = form.get('RelayState') ?? '';
      return show(response, answerPage(service.acsUrl, { SAMLResponse, RelayState }));
    },
    async 'GET /interaction/*'(request, response) {
      const find = queryOf(request).get('find') ?? '';
      show(response, chooserPage(directory.find(find, LISTED), find, {}));
    },
    async 'POST /interaction/*'(request, response) {
      const form = await formOf(request);
      await openId.finish(request, response, form.get('subject') ?? '');
    },
  };

  server.on('request', answering(routes, openId.serve, show));
  const close = () =>
    new Promise<void>((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  return { url, metadataUrl, issuer: url, client: openId.client, close };
}

type Route = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** What is no page of ours is the OpenID protocol's. */
function answering(
  routes: Readonly<Record<string, Route>>,
  otherwise: RequestListener,
  show: (response: ServerResponse, html: string, status: number) => void,
): RequestListener {
  return (request, response) => {
    const path = (request.url ?? '/').split('?')[0]?.replace(/^\/interaction\/.*/, '/interaction/*');
    const route = routes[`${request.method} ${path}`];
    if (route === undefined) return otherwise(request, response);
    route(request, response).catch((error: Error) => {
      if (response.headersSent) response.destroy();
      else show(response, troublePage(error.message), 502);
    });
  };
}

const queryOf = ({ url = '/' }: IncomingMessage): URLSearchParams =>
  new URL(url, 'http://localhost').searchParams;

async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MAX_FORM_BYTES) throw new Error('The form is too large.');
    parts.push(part);
  }
  return new URLSearchParams(Buffer.concat(parts).toString('utf8'));
}
