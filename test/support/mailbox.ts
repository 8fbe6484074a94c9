import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** One mail as the server received it. */
export interface ReceivedMail {
  from: string;
  /** Every RCPT of it. */
  to: string[];
  messageId: string;
  subject: string;
  text: string;
  html: string;
  raw: string;
}

/** A real SMTP server that keeps what it is handed. Close it in `afterAll`. */
export class Mailbox {
  readonly received: ReceivedMail[] = [];
  private server: SMTPServer;
  private port = 0;

  /** Asked for every recipient; an error is the server's refusal. */
  onRcpt: (address: string) => Error | undefined | Promise<undefined> = () => undefined;
  /** Milliseconds the server thinks before it takes a mail. */
  thinks = 0;

  constructor() {
    this.server = this.make();
  }

  async listen(): Promise<this> {
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server.server, 'listening');
    this.port = (this.server.server.address() as AddressInfo).port;
    return this;
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  /** How often each Message-ID arrived. */
  get counts(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { messageId } of this.received) counts.set(messageId, (counts.get(messageId) ?? 0) + 1);
    return counts;
  }

  to(address: string): ReceivedMail[] {
    return this.received.filter((mail) => mail.to.includes(address));
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  /** Listens on the same port again. */
  async reopen(): Promise<void> {
    this.server = this.make();
    await this.listen();
  }

  private make(): SMTPServer {
    const options: SMTPServerOptions = {
      disabledCommands: ['AUTH', 'STARTTLS'],
      disableReverseLookup: true,
      closeTimeout: 100,
      onRcptTo: ({ address }, _session, done) => void Promise.resolve(this.onRcpt(address)).then(done),
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          setTimeout(() => {
            const { mailFrom, rcptTo } = session.envelope;
            const from = mailFrom === false ? '' : mailFrom.address;
            const to = rcptTo.map(({ address }) => address);
            this.received.push({ from, to, ...parse(Buffer.concat(chunks).toString('utf8')) });
            done();
          }, this.thinks);
        });
      },
    };
    const server = new SMTPServer(options);
    server.on('error', () => {});
    return server;
  }
}

/** A refusal with a code, as a server words it. */
export const smtpError = (responseCode: number, message: string): Error =>
  Object.assign(new Error(message), { responseCode });

function parse(raw: string): Omit<ReceivedMail, 'from' | 'to'> {
  const [head = '', ...body] = raw.split('\r\n\r\n');
  const content = body.join('\r\n\r\n');
  const boundary = /boundary="([^"]+)"/.exec(head)?.[1];
  const parts = boundary === undefined ? [] : content.split(`--${boundary}`);
  const part = (type: string): string => {
    const [partHead = '', ...rest] = (
      parts.find((one) => one.split('\r\n\r\n')[0]?.includes(`Content-Type: ${type}`)) ?? ''
    ).split('\r\n\r\n');
    return decode(partHead, rest.join('\r\n\r\n'));
  };
  return {
    raw,
    messageId: header(head, 'message-id'),
    subject: decodeWords(header(head, 'subject')),
    text: part('text/plain'),
    html: part('text/html'),
  };
}

/** The value of a header, unfolded; joined when there are several, so that a second one is noticed. */
const header = (head: string, name: string): string =>
  head
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
    .filter((line) => line.toLowerCase().startsWith(`${name}:`))
    .map((line) => line.slice(name.length + 1).trim())
    .join(' | ');

function decode(head: string, body: string): string {
  const encoding = header(head.trim(), 'content-transfer-encoding').toLowerCase();
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  return encoding === 'quoted-printable' ? quotedPrintable(body.replace(/=\r\n/g, '')) : body;
}

const quotedPrintable = (text: string): string =>
  Buffer.from(
    text.replace(/=([\dA-F]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString('utf8');

const decodeWords = (text: string): string =>
  text
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, kind, word) =>
      kind.toLowerCase() === 'b'
        ? Buffer.from(word, 'base64').toString('utf8')
        : quotedPrintable(word.replaceAll('_', ' ')),
    );
