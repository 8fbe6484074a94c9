import { Migration } from '@mikro-orm/migrations';

/** People whose creation was answered into a closed connection, so that the provider's repeat is recognised (B16). */
export class UnconfirmedAnswers extends Migration {
  override up(): void {
    this.addSql(`
      create table unconfirmed_answers (
        organization_id uuid not null,
        connection_id uuid not null,
        user_id uuid not null,
        fingerprint bytea not null,
        at timestamptz not null default now(),
        primary key (organization_id, user_id),
        constraint unconfirmed_answers_connection foreign key (organization_id, connection_id)
          references scim_connections (organization_id, id),
        constraint unconfirmed_answers_user foreign key (organization_id, user_id)
          references users (organization_id, id)
      )
    `);
    this.addSql(`
      create index unconfirmed_answers_by_age on unconfirmed_answers (organization_id, connection_id, at)
    `);
    this.addSql(`
      select protect_organization_rows('unconfirmed_answers')
    `);
  }
}
