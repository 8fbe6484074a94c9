import { Migration } from '@mikro-orm/migrations';

/**
 * One change of many people, applied by a worker in batches in the order of their ids: what was asked for, of whom, how
 * far it has come (`reached`), and why somebody was left as they are. All of it is written in the transaction that makes
 * it so, so a worker that dies leaves no wrong number.
 */
export class BulkChanges extends Migration {
  override up(): void {
    this.addSql(`
      create table bulk_changes (
        organization_id uuid not null references organizations (id),
        id uuid not null,
        kind text not null check (kind in ('deactivate', 'reactivate', 'assign')),
        group_id uuid,
        state text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'cancelled')),
        total integer not null default 0,
        done integer not null default 0,
        failed integer not null default 0,
        reached uuid,
        requested_kind text not null,
        requested_by text not null,
        created_at timestamptz not null default now(),
        touched_at timestamptz not null default now(),
        finished_at timestamptz,
        primary key (organization_id, id),
        constraint bulk_changes_assign_to_a_group check ((kind = 'assign') = (group_id is not null)),
        constraint bulk_changes_end check ((finished_at is null) = (state in ('waiting', 'running')))
      )
    `);
    this.addSql(`
      create index bulk_changes_unfinished on bulk_changes (touched_at) where finished_at is null
    `);
    this.addSql(`
      create table bulk_change_items (
        organization_id uuid not null,
        change_id uuid not null,
        user_id uuid not null,
        reason text,
        connection_id uuid,
        primary key (organization_id, change_id, user_id),
        constraint bulk_change_items_change foreign key (organization_id, change_id)
          references bulk_changes (organization_id, id)
      )
    `);
    this.addSql(`
      create index bulk_change_items_failed on bulk_change_items (organization_id, change_id, user_id)
        where reason is not null
    `);
    this.addSql(`
      select protect_organization_rows('bulk_changes'), protect_organization_rows('bulk_change_items')
    `);
    this.addSql(`
      select open_to_system_scope('bulk_changes', 'select')
    `);
  }
}
