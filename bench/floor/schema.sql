-- What the floor keeps: the resource as a document beside the columns it is found by, an audit row and an outbox row for
-- every write. No row-level security, no history, no search: everything Rollcall does beyond this is its own cost.
create table organizations (id uuid primary key, name text not null);
create table tokens (hash bytea primary key, organization_id uuid not null references organizations, actor text not null);
create table users (
  id uuid primary key, organization_id uuid not null, user_name text not null, user_name_key text not null,
  external_id text, email_key text, active boolean not null, document jsonb not null, version integer not null default 1,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now()
) with (fillfactor = 85);
create unique index users_by_user_name on users (organization_id, user_name_key);
create unique index users_by_external_id on users (organization_id, external_id);
create unique index users_by_email on users (organization_id, email_key);
create index users_in_order on users (organization_id, id);
create table groups (
  id uuid primary key, organization_id uuid not null, display_name text not null, display_name_key text not null,
  external_id text, version integer not null default 1,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now()
) with (fillfactor = 50);
create index groups_by_display_name on groups (organization_id, display_name_key);
create table members (
  group_id uuid not null references groups on delete cascade, user_id uuid not null references users on delete cascade,
  organization_id uuid not null, primary key (group_id, user_id));
create index members_by_user on members (user_id);
create table audit (
  id bigint generated always as identity primary key, organization_id uuid not null, at timestamptz not null default now(),
  actor text not null, action text not null, target_kind text not null, target_id uuid not null, details jsonb);
create index audit_in_order on audit (organization_id, at);
create table outbox (
  id bigint generated always as identity primary key, organization_id uuid not null, topic text not null,
  target_id uuid not null, payload jsonb, created_at timestamptz not null default now());
