import { setTimeout as sleep } from 'node:timers/promises';
import { createOperatorToken } from '../../src/access/operator-tokens.js';
import { makeSigningKey } from '../signin/certificate.js';
import { providerMetadata } from '../signin/saml-provider.js';
import { Mailbox } from '../support/mailbox.js';
import { startProduct, type TestProduct } from '../support/product.js';
import { type Block, blocksOf, Names } from './docs-script.js';
import { type OpenStream, openStream } from './sse.js';

const PAGE = 'docs/graphql.md';
const EVENT_DEADLINE_MS = 60_000;

let product: TestProduct;
let mailbox: Mailbox;
let url: string;
let names: Names;
const streams = new Map<string, { stream: OpenStream; seen: number }>();

beforeAll(async () => {
  mailbox = await new Mailbox().listen();
  product = await startProduct({ workers: true, smtpUrl: mailbox.url });
  url = await product.app.listen({ port: 0, host: '127.0.0.1' });
  const { token: operatorToken } = await createOperatorToken(product.database, { label: 'Portal', days: 30 });
  const idp = 'https://idp.acme.example';
  const metadata = JSON.stringify(providerMetadata(idp, `${idp}/sso`, makeSigningKey())).slice(1, -1);
  names = new Names({ operatorToken, metadata });
});
afterAll(async () => {
  for (const { stream } of streams.values()) stream.cut();
  await product.close();
  await mailbox.close();
});

/** A header as a fence or the head of an HTTP request has it. */
function headersOf(lines: readonly string[]): Record<string, string> {
  const pairs = lines
    .filter((line) => line.includes(': '))
    .map((line) => line.split(': ') as [string, string]);
  return Object.fromEntries(pairs.map(([name, value]) => [name, names.fill(value)]));
}

/** Whose credential a block is sent with; visitors have none. */
const CREDENTIALS: Readonly<Record<string, string | undefined>> = {
  'graphql visitor': undefined,
  'graphql operator': '<operatorToken>',
  'graphql example': '<token>',
};

const variablesOf = (block: Block | undefined): unknown =>
  block?.kind === 'json variables' ? JSON.parse(names.fill(block.text)) : undefined;

async function askGraphql(block: Block, variables: unknown): Promise<unknown> {
  const credential = CREDENTIALS[block.kind];
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      ...(credential && { authorization: `Bearer ${names.fill(credential)}` }),
      'content-type': 'application/json',
      ...headersOf([block.rest]),
    },
    body: JSON.stringify({ query: block.text, variables }),
  });
  return answer.json();
}

async function askHttp({ text }: Block): Promise<unknown> {
  const [head = '', body = ''] = text.split('\n\n');
  const [request = '', ...headers] = head.split('\n');
  const [method = '', path = ''] = request.split(' ');
  const answer = await fetch(`${url}${names.fill(path)}`, {
    method,
    headers: { 'content-type': 'application/scim+json', ...headersOf(headers) },
    ...(body.trim() !== '' && { body: names.fill(body) }),
  });
  return answer.json();
}

/** Waits for an event of a stream that looks as the page shows it, after the one that was shown before. */
async function expectEvent({ rest, text }: Block): Promise<void> {
  const followed = streams.get(rest);
  if (!followed) throw new Error(`No stream is called '${rest}'.`);
  let difference: string | undefined = 'nothing has arrived';
  for (const late = Date.now() + EVENT_DEADLINE_MS; Date.now() < late; await sleep(20)) {
    const events = followed.stream.events.filter(({ data }) => data !== null);
    for (let next = events[followed.seen]; next; next = events[followed.seen]) {
      followed.seen += 1;
      difference = names.difference(JSON.parse(text), next.data);
      if (difference === undefined) return;
    }
  }
  throw new Error(`The stream '${rest}' sent nothing of the kind: ${difference}`);
}

/** Waits for a mail in which the text of the page stands, and takes the names from there. */
async function expectMail({ rest, text }: Block): Promise<void> {
  for (const late = Date.now() + EVENT_DEADLINE_MS; Date.now() < late; await sleep(20)) {
    if (mailbox.to(rest).some((mail) => names.find(text.trim(), mail.text))) return;
  }
  throw new Error(`No such mail arrived: ${JSON.stringify(mailbox.to(rest).map((mail) => mail.text))}`);
}

async function perform(block: Block, following: Block | undefined, after: Block | undefined): Promise<void> {
  if (block.kind === 'json event') return expectEvent(block);
  if (block.kind === 'mail example') return expectMail(block);
  const variables = variablesOf(following);
  if (block.kind === 'graphql stream') {
    const stream = await openStream(url, names.fill('<token>'), block.text, { variables });
    if (stream.status !== 200) throw new Error(JSON.stringify(stream.events));
    streams.set(block.rest, { stream, seen: 0 });
    return;
  }
  await product.settle();
  const actual = await (block.kind === 'http example' ? askHttp(block) : askGraphql(block, variables));
  const answer = following?.kind === 'json variables' ? after : following;
  if (answer?.kind !== 'json answer') throw new Error('No answer is shown.');
  const difference = names.difference(JSON.parse(answer.text), actual);
  if (difference !== undefined) throw new Error(`${difference}\n${JSON.stringify(actual, null, 2)}`);
}

const blocks = blocksOf(PAGE);
const STEPS = [
  'graphql example',
  'graphql visitor',
  'graphql operator',
  'graphql stream',
  'http example',
  'mail example',
  'json event',
];
const steps = blocks.flatMap((block, index) =>
  STEPS.includes(block.kind)
    ? [{ name: `${PAGE}:${block.line} ${block.text.trim().slice(0, 60).replace(/\s+/g, ' ')}`, index, block }]
    : [],
);

describe("an organization's first week, as the page tells it", () => {
  let isBroken = false;

  it.each(steps)('$name', async ({ block, index }) => {
    // Each step stands on those before it.
    if (isBroken) throw new Error('A step before this one failed.');
    isBroken = true;
    await perform(block, blocks[index + 1], blocks[index + 2]);
    isBroken = false;
  });

  it('is all there: the page has examples, and no fence of a kind that nobody runs', () => {
    const known = [...STEPS, 'json variables', 'json answer'];
    expect(blocks.filter(({ kind }) => !known.includes(kind)).map(({ line }) => line)).toEqual([]);
    expect(steps.length).toBeGreaterThan(25);
  });
});
