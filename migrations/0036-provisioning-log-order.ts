import { Migration } from '@mikro-orm/migrations';

/**
 * The order in which rows of the provisioning log became visible, so that its tail can be followed without loss: ids are
 * made before their transaction commits, and a smaller one can appear after a larger. Rows of before have none; they are
 * not part of any stream. A default that is set later costs no rewrite of the months.
 */
export class ProvisioningLogOrder extends Migration {
  override up(): void {
    this.addSql(`
      alter table provisioning_log add column written_by xid8
    `);
    this.addSql(`
      alter table provisioning_log alter column written_by set default pg_current_xact_id()
    `);
    this.addSql(`
      create index provisioning_log_in_order on provisioning_log (organization_id, written_by, id)
    `);
  }
}
