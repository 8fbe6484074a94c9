import { Migration } from '@mikro-orm/migrations';

/**
 * Many invitations asked for at once, made in batches by a worker: what was asked for, and of each address what became of
 * it. Progress is counted in the transaction that makes it, so a worker that dies leaves no wrong number.
 */
export class InvitationBatches extends Migration {
  override up(): void {
    this.addSql(`
      create table invitation_batches (
        organization_id uuid not null references organizations (id),
        id uuid not null,
        role text not null check (role in ('admin', 'group_admin', 'user')),
        group_ids uuid[] not null,
        courses jsonb not null,
        state text not null default 'waiting' check (state in ('waiting', 'running', 'done')),
        total integer not null,
        done integer not null default 0,
        failed integer not null default 0,
        invited_by text not null,
        created_at timestamptz not null default now(),
        touched_at timestamptz not null default now(),
        finished_at timestamptz,
        primary key (organization_id, id),
        constraint invitation_batches_end check ((finished_at is null) = (state <> 'done'))
      )
    `);
    this.addSql(`
      create index invitation_batches_unfinished on invitation_batches (touched_at) where finished_at is null
    `);
    this.addSql(`
      create table invitation_batch_rows (
        organization_id uuid not null,
        batch_id uuid not null,
        position integer not null,
        email text not null,
        email_key text not null,
        state text not null check (state in ('waiting', 'done', 'failed')),
        reason text,
        invitation_id uuid,
        primary key (organization_id, batch_id, position),
        constraint invitation_batch_rows_batch foreign key (organization_id, batch_id)
          references invitation_batches (organization_id, id),
        constraint invitation_batch_rows_failed_says_why check ((state = 'failed') = (reason is not null))
      )
    `);
    this.addSql(`
      create index invitation_batch_rows_waiting on invitation_batch_rows (organization_id, batch_id, position)
        where state = 'waiting'
    `);
    this.addSql(`
      create index invitation_batch_rows_failed on invitation_batch_rows (organization_id, batch_id, position)
        where state = 'failed'
    `);
    this.addSql(`
      select protect_organization_rows('invitation_batches'), protect_organization_rows('invitation_batch_rows')
    `);
    this.addSql(`
      select open_to_system_scope('invitation_batches', 'select')
    `);
  }
}
