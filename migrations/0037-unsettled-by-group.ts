import { Migration } from '@mikro-orm/migrations';

/**
 * One index of what waits to be applied, by group, in place of two: each membership that is moved is written into it.
 * The one by age alone was also read for a change of one member, and then cost what every organization had waiting. The
 * sweeper, which looks for old rows of any group, skips from group to group in this one.
 */
export class UnsettledByGroup extends Migration {
  override up(): void {
    this.addSql(`drop index memberships_unsettled_by_age`);
    this.addSql(`drop index memberships_unsettled`);
    this.addSql(`
      create index memberships_unsettled on memberships (organization_id, group_id, accepted_at) where state <> 'active'
    `);
  }
}
