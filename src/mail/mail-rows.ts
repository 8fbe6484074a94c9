import { sql } from 'kysely';
import type { Language } from '../organizations/organization.entity.js';
import type { MailKind, MailValues } from './queue-mail.js';

/** What became of a mail: `sending` is one that a worker holds; `failed` one that nobody will try again. */
export const MAIL_STATES = ['queued', 'sending', 'sent', 'failed'] as const;
export type MailState = (typeof MAIL_STATES)[number];

/** What it takes to write a mail: its row, and whose mail it is. */
export interface MailRecord {
  id: string;
  kind: MailKind;
  recipient: string;
  language: Language;
  subjectId: string;
  values: MailValues;
  state: MailState;
  attempts: number;
  lastError: string | null;
  createdAt: Date;
  sentAt: Date | null;
  organizationName: string;
  slug: string;
}

/** A row of MAIL_COLUMNS. Timestamps arrive as text. */
export interface MailRow {
  id: string;
  kind: MailKind;
  recipient: string;
  language: Language;
  subject_id: string;
  values: MailValues;
  state: MailState;
  attempts: number;
  last_error: string | null;
  created_at: string;
  sent_at: string | null;
  organization_name: string;
  slug: string;
}

/** The columns of a MailRecord, of `mails m` and `organizations o`. */
export const MAIL_COLUMNS = sql`
  m.id, m.kind, m.recipient, m.language, m.subject_id, m.values, m.state, m.attempts, m.last_error, m.created_at,
  m.sent_at, o.name as organization_name, o.slug`;

/** A row in the words of the product. */
export const toMailRecord = (row: MailRow): MailRecord => ({
  id: row.id,
  kind: row.kind,
  recipient: row.recipient,
  language: row.language,
  subjectId: row.subject_id,
  values: row.values,
  state: row.state,
  attempts: row.attempts,
  lastError: row.last_error,
  createdAt: new Date(row.created_at),
  sentAt: row.sent_at === null ? null : new Date(row.sent_at),
  organizationName: row.organization_name,
  slug: row.slug,
});
