import { Migration } from '@mikro-orm/migrations';

/**
 * An operator enters many organizations, and what an Idempotency-Key answered is kept in the one that was entered. The key
 * stands for one request of one token all the same, wherever that went.
 */
export class KeysOfOperators extends Migration {
  override up(): void {
    this.addSql(`
      create unique index idempotency_keys_of_operators on idempotency_keys (actor, key)
      where starts_with(actor, 'operator_token ')
    `);
  }
}
