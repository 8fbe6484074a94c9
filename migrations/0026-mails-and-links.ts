import { Migration } from '@mikro-orm/migrations';

/**
 * What is written to people (B34, B36) and the links in it. A mail row is the truth of its delivery: whose turn it is
 * and what became of it. A link row says what a link opens; the secret half of it is computed, never stored.
 */
export class MailsAndLinks extends Migration {
  override up(): void {
    this.addSql(`
      create table mails (
        organization_id uuid not null references organizations (id),
        id uuid not null,
        kind text not null,
        recipient text not null,
        recipient_key text not null,
        language text not null check (language in ('en', 'de', 'ko')),
        subject_id uuid not null,
        values jsonb not null default '{}',
        state text not null default 'queued' check (state in ('queued', 'sending', 'sent', 'failed')),
        attempts integer not null default 0,
        last_error text,
        due_at timestamptz not null default now(),
        claim_id uuid,
        handed_at timestamptz,
        created_at timestamptz not null default now(),
        sent_at timestamptz,
        primary key (organization_id, id),
        constraint mails_sending_is_claimed check (state <> 'sending' or claim_id is not null),
        constraint mails_sent_says_when check ((state = 'sent') = (sent_at is not null))
      )
    `);
    this.addSql(`
      create index mails_due on mails (organization_id, due_at) where state in ('queued', 'sending')
    `);
    this.addSql(`
      create index mails_due_anywhere on mails (due_at) where state in ('queued', 'sending')
    `);
    this.addSql(`
      create index mails_by_subject on mails (organization_id, subject_id)
    `);
    this.addSql(`
      create index mails_by_recipient on mails (organization_id, recipient_key)
    `);
    this.addSql(`
      create table links (
        organization_id uuid not null references organizations (id),
        id uuid not null,
        purpose text not null check (purpose in ('invitation', 'verification')),
        subject_id uuid not null,
        expires_at timestamptz not null,
        used_at timestamptz,
        created_at timestamptz not null default now(),
        primary key (organization_id, id),
        constraint links_found_by_id unique (id)
      )
    `);
    this.addSql(`
      create index links_by_subject on links (organization_id, subject_id)
    `);
    this.addSql(`
      select protect_organization_rows('mails'), protect_organization_rows('links')
    `);
    this.addSql(`
      select open_to_system_scope('mails', 'select'), open_to_system_scope('links', 'select')
    `);
  }
}
