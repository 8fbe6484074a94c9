import { Readable } from 'node:stream';
import nodemailer, { type SendMailOptions } from 'nodemailer';
import MailComposer from 'nodemailer/lib/mail-composer';
import { isEmailAddress } from '../src/kernel/email-address.js';
import { type MailSender, parseMailFrom } from '../src/mail/mail-from.js';
import type { MailRecord } from '../src/mail/mail-rows.js';
import type { RenderedMail } from '../src/mail/render-mail.js';

/** Connections one process opens to the mail server. */
export const SMTP_CONNECTIONS = 20;
/** Before a connection is closed and replaced; servers dislike endless ones. */
const MAILS_PER_CONNECTION = 500;
/** A server that is not there is noticed within this. */
const CONNECT_MS = 5_000;
/** RFC 5321 section 4.5.3.2 lets a server think for minutes; one that is silent this long is as good as away. */
const SILENCE_MS = 60_000;

/** What became of one attempt, by what can be done about it. */
export type SmtpAnswer =
  | { kind: 'taken' }
  /** The server will never take this mail. */
  | { kind: 'refused'; error: string }
  /** The server will not take this mail now. */
  | { kind: 'deferred'; error: string }
  /** There is no server to talk to, or it does not let us in. */
  | { kind: 'away'; error: string };

/** The one way out for mail: a pool of connections to the server of SMTP_URL. */
export class Smtp {
  private readonly transport;
  private readonly sender: MailSender;

  constructor(url: string, from: string) {
    const sender = parseMailFrom(from);
    if (!sender) throw new Error(`'${from}' cannot send mail.`);
    this.sender = sender;
    this.transport = nodemailer.createTransport({
      url,
      pool: true,
      maxConnections: SMTP_CONNECTIONS,
      maxMessages: MAILS_PER_CONNECTION,
      maxRequeues: 1,
      connectionTimeout: CONNECT_MS,
      greetingTimeout: CONNECT_MS,
      socketTimeout: SILENCE_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    this.transport.use('stream', ({ data, message }, done) => {
      const { mayEnd } = data as SendMailOptions & EndsWhenAllowed;
      message.processFunc((bytes) => Readable.from(unlessWithdrawn(bytes, mayEnd), { objectMode: false }));
      done();
    });
  }

  /**
   * Hands one mail over. `mayEnd` is asked when the server has all of it but the end, and may refuse: then the server
   * drops what it has. The same mail always carries the same Message-ID, so that whoever receives it twice can tell.
   */
  async send(mail: MailRecord, written: RenderedMail, mayEnd: () => Promise<void>): Promise<SmtpAnswer> {
    if (!isEmailAddress(mail.recipient)) return { kind: 'refused', error: 'The address is not a plain one.' };
    try {
      const bytes = await this.compose(mail, written);
      const held: SendMailOptions & EndsWhenAllowed = {
        envelope: { from: this.sender.address, to: [mail.recipient] },
        raw: bytes,
        mayEnd,
      };
      await this.transport.sendMail(held);
      return { kind: 'taken' };
    } catch (error) {
      return explain(error as SmtpError);
    }
  }

  close(): void {
    this.transport.close({ force: true });
  }

  private compose(mail: MailRecord, { subject, text, html }: RenderedMail): Promise<Buffer> {
    const composer = new MailComposer({
      from: this.sender,
      to: { name: '', address: mail.recipient },
      subject,
      text,
      html,
      messageId: `<${mail.id}@${this.sender.address.split('@')[1]}>`,
      date: mail.createdAt,
      headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': mail.language },
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    return composer.compile().build();
  }
}

interface EndsWhenAllowed {
  mayEnd: () => Promise<void>;
}

/**
 * The last stream before the connection, which is read from when the server has answered DATA: any stream before it is
 * read ahead of that.
 */
async function* unlessWithdrawn(bytes: Readable, mayEnd: () => Promise<void>): AsyncGenerator<Buffer> {
  yield* bytes;
  await mayEnd();
}

interface SmtpError extends Error {
  code?: string;
  responseCode?: number;
}

/** What the server said about the mail itself, as opposed to whether it could be talked to. */
const ABOUT_THE_MAIL = new Set(['EENVELOPE', 'EMESSAGE']);

function explain({ code = '', responseCode = 0, message }: SmtpError): SmtpAnswer {
  if (!ABOUT_THE_MAIL.has(code) || responseCode === 421) return { kind: 'away', error: message };
  return { kind: responseCode >= 500 ? 'refused' : 'deferred', error: message };
}
