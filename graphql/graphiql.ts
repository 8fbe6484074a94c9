import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

/** The page as it is sent: gzip only, because nine megabytes of editor become two and a half. */
export interface GraphiqlPage {
  gzip: Buffer;
  contentSecurityPolicy: string;
}

const EXAMPLE_QUERY = `# Put the token of \`npm run -s cli -- token create SLUG --role owner\` into the header editor below.
query FirstLook {
  users(first: 5) {
    totalCount
    edges {
      node {
        id
        userName
        active
      }
    }
  }
  groups(first: 5) {
    totalCount
    edges {
      node {
        id
        displayName
      }
    }
  }
}
`;

const EXAMPLE_HEADERS = JSON.stringify({ Authorization: 'Bearer TOKEN' }, null, 2);

let page: Promise<GraphiqlPage> | undefined;

/** GraphiQL for `/graphql`, rendered once. The editor is loaded at the first call and never in production. */
export function graphiqlPage(): Promise<GraphiqlPage> {
  page ??= renderPage();
  return page;
}

async function renderPage(): Promise<GraphiqlPage> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const html = renderGraphiQL({
    title: 'Rollcall',
    endpoint: '/graphql',
    defaultQuery: EXAMPLE_QUERY,
    headers: EXAMPLE_HEADERS,
  }).trimStart();
  return { gzip: gzipSync(html), contentSecurityPolicy: policyFor(html) };
}

/**
 * Nothing is loaded from anywhere: the one inline script is allowed by its hash, the editor's workers are blobs made by
 * it, and it may talk to this server only. Styles stay open because the editor writes them while it runs.
 */
function policyFor(html: string): string {
  const script = html.slice(html.indexOf('<script>') + '<script>'.length, html.lastIndexOf('</script>'));
  const hash = createHash('sha256').update(script).digest('base64');
  return [
    "default-src 'none'",
    `script-src 'sha256-${hash}'`,
    'worker-src blob:',
    "style-src 'unsafe-inline'",
    'img-src data:',
    'font-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
