import { Migration } from '@mikro-orm/migrations';

/**
 * What a connection of the `rfc` profile keeps of a person: everything without a column of its own in `attributes`, an
 * address only if there is one, and neither e-mail nor externalId unique. Each of their people has an
 * `identity_scope` of its own, everyone else shares one, so a single constraint serves both: its first two columns
 * stay the index that look-ups use, and its name stays what a refusal is read from. Several addresses of one person are
 * found through a table: row-level security lets an index on an array go unused, because its operators are not leakproof.
 */
export class RfcProfile extends Migration {
  override up(): void {
    this.addSql(`
      alter table users
        add column attributes jsonb not null default '{}',
        add column identity_scope uuid not null default '00000000-0000-0000-0000-000000000000',
        alter column email drop not null,
        alter column email_key drop not null,
        drop constraint users_email_unique,
        drop constraint users_external_id_unique,
        add constraint users_email_unique unique (organization_id, email_key, identity_scope),
        add constraint users_external_id_unique unique (organization_id, external_id, identity_scope),
        add constraint users_attributes_are_an_object check (jsonb_typeof(attributes) = 'object'),
        add constraint users_email_has_its_key check ((email is null) = (email_key is null)),
        add constraint users_scope_is_shared_or_own
          check (identity_scope in ('00000000-0000-0000-0000-000000000000', id)),
        add constraint users_sharing_a_scope_have_email
          check (email is not null or identity_scope = id)
    `);
    this.addSql(`
      create table user_email_keys (
        organization_id uuid not null,
        email_key text not null,
        user_id uuid not null,
        primary key (organization_id, email_key, user_id),
        constraint user_email_keys_user foreign key (organization_id, user_id) references users (organization_id, id)
      )
    `);
    this.addSql(`
      create index user_email_keys_by_user on user_email_keys (organization_id, user_id)
    `);
    this.addSql(`
      select protect_organization_rows('user_email_keys')
    `);
  }
}
