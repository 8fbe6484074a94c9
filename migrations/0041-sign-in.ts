import { Migration } from '@mikro-orm/migrations';

/**
 * Sign-in: who somebody is at their provider, sign-ins under way, assertions that were used up, what became of each
 * attempt, and sessions. The secrets of a session and of a sign-in under way are kept as hashes.
 */
export class SignIn extends Migration {
  override up(): void {
    this.addSql(`
      create table identities (
        organization_id uuid not null,
        connection_id uuid not null,
        subject text not null,
        user_id uuid not null,
        created_at timestamptz not null default now(),
        primary key (organization_id, connection_id, subject),
        constraint identities_one_of_a_person unique (organization_id, user_id, connection_id),
        constraint identities_connection foreign key (organization_id, connection_id)
          references sso_connections (organization_id, id),
        constraint identities_user foreign key (organization_id, user_id) references users (organization_id, id)
      )
    `);
    this.addSql(`
      create table sign_in_requests (
        organization_id uuid not null,
        id uuid not null,
        connection_id uuid not null,
        key_hash bytea not null,
        browser_hash bytea not null,
        return_path text not null,
        is_test boolean not null default false,
        expires_at timestamptz not null,
        used_at timestamptz,
        primary key (organization_id, id),
        constraint sign_in_requests_key unique (organization_id, key_hash),
        constraint sign_in_requests_connection foreign key (organization_id, connection_id)
          references sso_connections (organization_id, id)
      )
    `);
    this.addSql(`
      create index sign_in_requests_by_expiry on sign_in_requests (organization_id, expires_at)
    `);
    this.addSql(`
      create table used_assertions (
        organization_id uuid not null,
        connection_id uuid not null,
        assertion_id text not null,
        expires_at timestamptz not null,
        primary key (organization_id, connection_id, assertion_id),
        constraint used_assertions_connection foreign key (organization_id, connection_id)
          references sso_connections (organization_id, id)
      )
    `);
    this.addSql(`
      create index used_assertions_by_expiry on used_assertions (organization_id, expires_at)
    `);
    this.addSql(`
      create table sign_in_attempts (
        organization_id uuid not null references organizations (id),
        id uuid not null,
        connection_id uuid,
        user_id uuid,
        method text not null check (method in ('saml', 'oidc', 'password')),
        reason text,
        detail text,
        subject text,
        address text,
        agent text,
        request_id text not null,
        at timestamptz not null default now(),
        primary key (organization_id, id),
        constraint sign_in_attempts_connection foreign key (organization_id, connection_id)
          references sso_connections (organization_id, id),
        constraint sign_in_attempts_user foreign key (organization_id, user_id) references users (organization_id, id),
        constraint sign_in_attempts_name_nobody_twice check (user_id is null or subject is null)
      )
    `);
    this.addSql(`
      create index sign_in_attempts_by_connection on sign_in_attempts (organization_id, connection_id, id)
    `);
    this.addSql(`
      create index sign_in_attempts_by_user on sign_in_attempts (organization_id, user_id, id)
    `);
    this.addSql(`
      create table sessions (
        organization_id uuid not null,
        id uuid not null,
        user_id uuid not null,
        connection_id uuid,
        method text not null check (method in ('saml', 'oidc', 'password')),
        role text not null,
        lookup_id text not null constraint sessions_lookup_unique unique,
        secret_hash bytea not null,
        address text,
        agent text,
        created_at timestamptz not null default now(),
        last_seen_at timestamptz not null default now(),
        expires_at timestamptz not null,
        ended_at timestamptz,
        ended_because text,
        primary key (organization_id, id),
        constraint sessions_user foreign key (organization_id, user_id) references users (organization_id, id),
        constraint sessions_connection foreign key (organization_id, connection_id)
          references sso_connections (organization_id, id),
        constraint sessions_end_says_why check ((ended_at is null) = (ended_because is null))
      )
    `);
    this.addSql(`
      create index sessions_open on sessions (organization_id, user_id, id) where ended_at is null
    `);
    this.addSql(`
      select protect_organization_rows('identities'), protect_organization_rows('sign_in_requests'),
             protect_organization_rows('used_assertions'), protect_organization_rows('sign_in_attempts'),
             protect_organization_rows('sessions')
    `);
    // By whatever statement it happens: nobody can forget it, and it is in the transaction of the change (R6, abuse 3).
    this.addSql(`
      create function end_sessions() returns trigger language plpgsql as $$
      begin
        update sessions set ended_at = now(), ended_because = case
          when not new.active then 'deactivated' when old.role <> new.role then 'role changed' else 'e-mail changed' end
        where organization_id = new.organization_id and user_id = new.id and ended_at is null;
        return null;
      end $$
    `);
    this.addSql(`
      create trigger users_end_sessions after update on users for each row when (
        old.active and not new.active or old.role <> new.role
        or old.email_key is distinct from new.email_key and new.role in ('owner', 'admin')
      ) execute function end_sessions()
    `);
    this.addSql(`
      select open_to_system_scope('sessions', 'select, update (last_seen_at)')
    `);
  }
}
