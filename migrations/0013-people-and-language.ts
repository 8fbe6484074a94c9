import { Migration } from '@mikro-orm/migrations';

/**
 * What the product itself knows of a person (B35, B38): the license they hold, when they signed in, whether their
 * personal data was erased; and the language an organization is written to in.
 */
export class PeopleAndLanguage extends Migration {
  override up(): void {
    this.addSql(`
      alter table users
        add column license text check (license in ('standard', 'pro')),
        add column license_taken_at timestamptz,
        add column first_signed_in_at timestamptz,
        add column last_signed_in_at timestamptz,
        add column erased_at timestamptz,
        add constraint users_license_says_since check ((license is null) = (license_taken_at is null)),
        add constraint users_inactive_holds_no_license check (active or license is null),
        add constraint users_erased_is_inactive check (erased_at is null or not active)
    `);
    this.addSql(`
      alter table organizations
        add column language text not null default 'en' check (language in ('en', 'de', 'ko'))
    `);
    this.addSql(`
      create index invitations_by_user on invitations (organization_id, user_id) where user_id is not null
    `);
  }
}
