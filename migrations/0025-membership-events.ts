import { Migration } from '@mikro-orm/migrations';

/**
 * How each membership began and ended. While one is accepted and not applied, its own row says so; the worker that
 * settles it writes the event, with the moment of both, so a provider's request pays nothing. Only what never reaches the
 * worker is written where it happens: an addition taken back, a removal taken back, somebody who cannot be added, access
 * that ends. No foreign key: the events outlive the group, and a check for each of them is most of what one costs.
 *
 * Refused requests are found by what they were about: somebody who asks why looks for the newest one of a group.
 */
export class MembershipEvents extends Migration {
  override up(): void {
    this.addSql(`
      create table membership_events (
        organization_id uuid not null,
        user_id uuid not null,
        group_id uuid not null,
        kind text not null check (kind in ('adding', 'active', 'removing', 'removed', 'cancelled', 'kept', 'refused')),
        at timestamptz not null default clock_timestamp(),
        accepted_at timestamptz,
        change_id uuid,
        actor_kind text,
        actor_id text,
        request_id text,
        primary key (organization_id, user_id, at, group_id, kind)
      )
    `);
    this.addSql(`select protect_organization_rows('membership_events')`);
    this.addSql(`
      alter table membership_changes add column actor_kind text, add column actor_id text
    `);
    this.addSql(`
      create index membership_changes_by_group on membership_changes (organization_id, group_id, id)
    `);
    this.addSql(`
      create index provisioning_log_refused_by_target on provisioning_log (organization_id, target_id, id)
        where outcome in ('refused', 'failed')
    `);
    this.addSql(`
      create index provisioning_log_nesting_by_target on provisioning_log (organization_id, target_id, id)
        where changes -> 'members' -> 'nested' is not null
    `);
  }
}
