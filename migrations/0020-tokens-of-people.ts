import { Migration } from '@mikro-orm/migrations';

/**
 * API tokens that act as a person, that end by themselves, and that may do less than their role (B33). Of a person's token
 * `role` is the most it may ever act with; what it acts with is what the person is now. Authentication reads both at once.
 */
export class TokensOfPeople extends Migration {
  override up(): void {
    this.addSql(`
      alter table api_tokens
        add column user_id uuid,
        add column label text,
        add column expires_at timestamptz,
        add column scopes text[],
        add constraint api_tokens_user foreign key (organization_id, user_id) references users (organization_id, id)
    `);
    this.addSql(`
      create index api_tokens_by_user on api_tokens (organization_id, user_id) where user_id is not null
    `);
    this.addSql(`
      create index users_owners on users (organization_id) where role = 'owner'
    `);
    this.addSql(`
      select open_to_system_scope('users', 'select (organization_id, id, role, active)')
    `);
  }
}
