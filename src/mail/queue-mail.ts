import { sql } from 'kysely';
import { isEmailAddress } from '../kernel/email-address.js';
import { DomainError } from '../kernel/errors.js';
import { fold } from '../kernel/fold.js';
import { newId } from '../kernel/ids.js';
import type { Work } from '../kernel/operation.js';
import type { Language } from '../organizations/organization.entity.js';

/** What can be written to someone; `mail-texts.ts` has the words of each in every language. */
export const MAIL_KINDS = [
  'invitation',
  'verification',
  'welcome',
  'license-free',
  'provider-sign-in',
  'password-reset',
  'password-changed',
] as const;
export type MailKind = (typeof MAIL_KINDS)[number];

/** The only values a mail carries. They are looked at as text when it is written, never as HTML or headers. */
export interface MailValues {
  /** The link the mail is about, made by `createLink`; its secret half is computed when the mail is sent. */
  linkId?: string;
  /** For how many hours that link works. */
  hours?: number;
}

/** One mail to one person. */
export interface NewMail {
  kind: MailKind;
  /** One plain address. It is folded: the mailbox that is written to is the one that identifies the person (B16). */
  to: string;
  /** The organization's own language unless said otherwise. */
  language?: Language;
  /** The id of the invitation, request or person it is about; erasure and withdrawal find it by this. */
  subjectId: string;
  values?: MailValues;
}

/**
 * Queues a mail in the transaction of the change it tells of: it goes out exactly when that is committed. Without
 * SMTP_URL it stays in the outbox. INVALID_INPUT for anything but one plain address (abuse 24).
 */
export async function queueMail(tx: Work, mail: NewMail): Promise<{ id: string }> {
  const [id = ''] = await queueMails(tx, [mail]);
  return { id };
}

/** Any number of mails in one statement; their ids in order. */
export async function queueMails(tx: Work, mails: readonly NewMail[]): Promise<string[]> {
  if (mails.length === 0) return [];
  const rows = mails.map((mail) => ({
    id: newId(),
    kind: mail.kind,
    recipient: mailboxOf(mail.to),
    language: mail.language ?? null,
    subject_id: mail.subjectId,
    values: mail.values ?? {},
  }));
  await tx.rows(sql`
    insert into mails (organization_id, id, kind, recipient, recipient_key, language, subject_id, values)
    select o.id, m.id, m.kind, m.recipient, m.recipient, coalesce(m.language, o.language), m.subject_id, m.values
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as m(id uuid, kind text, recipient text, language text, subject_id uuid, values jsonb)
    join organizations o on o.id = ${tx.context.organizationId}
  `);
  const ids = rows.map((row) => row.id);
  // The worker takes whatever waits in the organization, so one message stands for all of them.
  tx.emit({ topic: 'mail.queued', ids: { mailId: ids[0] ?? '' } });
  return ids;
}

/** Takes back what has not gone out yet: whatever it was about is over. */
export async function withdrawMails(tx: Work, subjectIds: readonly string[]): Promise<void> {
  await tx.rows(sql`
    update mails set state = 'failed', last_error = 'Withdrawn before it was sent.'
    where organization_id = ${tx.context.organizationId} and subject_id = any(${subjectIds}::uuid[])
      and state = 'queued'
  `);
}

/** The one mailbox behind an address: its folded form. Undefined unless both are plain addresses. */
export function plainMailbox(address: string): string | undefined {
  if (!isEmailAddress(address)) return undefined;
  const mailbox = fold(address);
  return isEmailAddress(mailbox) ? mailbox : undefined;
}

/** The same for one that was checked before: INVALID_INPUT for anything else. */
function mailboxOf(address: string): string {
  const mailbox = plainMailbox(address);
  if (mailbox !== undefined) return mailbox;
  throw new DomainError(
    'INVALID_INPUT',
    `'${address.slice(0, 100).toWellFormed()}' is not one plain e-mail address such as ada@acme.example.`,
    { field: 'email' },
  );
}
