import { setTimeout as sleep } from 'node:timers/promises';
import type { IMigrator } from '@mikro-orm/core';
import { Migrator } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/postgresql';
import { runMigrations as migrateQueues } from 'bullmq';
import { Client } from 'pg';
import { Roles } from '../migrations/0001-roles.js';
import { Organizations } from '../migrations/0002-organizations.js';
import { Connections } from '../migrations/0003-connections.js';
import { Users } from '../migrations/0004-users.js';
import { Groups } from '../migrations/0005-groups.js';
import { Invitations } from '../migrations/0006-invitations.js';
import { AuditLog } from '../migrations/0007-audit-log.js';
import { Outbox } from '../migrations/0008-outbox.js';
import { RfcProfile } from '../migrations/0009-rfc-profile.js';
import { UnconfirmedAnswers } from '../migrations/0010-unconfirmed-answers.js';
import { ProvisioningLog } from '../migrations/0011-provisioning-log.js';
import { CursorKeys } from '../migrations/0012-cursor-keys.js';
import { PeopleAndLanguage } from '../migrations/0013-people-and-language.js';
import { TokensOfPeople } from '../migrations/0020-tokens-of-people.js';
import { GroupAdminsAndCourses } from '../migrations/0021-group-admins-and-courses.js';
import { BulkChanges } from '../migrations/0022-bulk-changes.js';
import { PeopleSearch } from '../migrations/0023-people-search.js';
import { AttributeSources } from '../migrations/0024-attribute-sources.js';
import { MembershipEvents } from '../migrations/0025-membership-events.js';
import { MailsAndLinks } from '../migrations/0026-mails-and-links.js';
import { InvitationLifecycle } from '../migrations/0027-invitation-lifecycle.js';
import { InvitationBatches } from '../migrations/0028-invitation-batches.js';
import { Passwords } from '../migrations/0029-passwords.js';
import { Licenses } from '../migrations/0030-licenses.js';
import { ApprovedDomains } from '../migrations/0031-approved-domains.js';
import { ErasureAndRelease } from '../migrations/0032-erasure-and-release.js';
import { ConnectionSetUp } from '../migrations/0033-connection-set-up.js';
import { IdempotencyKeys } from '../migrations/0035-idempotency-keys.js';
import { ProvisioningLogOrder } from '../migrations/0036-provisioning-log-order.js';
import { UnsettledByGroup } from '../migrations/0037-unsettled-by-group.js';
import { SsoConnections } from '../migrations/0040-sso-connections.js';
import { SignIn } from '../migrations/0041-sign-in.js';
import { PasswordReset } from '../migrations/0045-password-reset.js';
import { ProviderLogout } from '../migrations/0046-provider-logout.js';
import { RefusedWishes } from '../migrations/0048-refused-wishes.js';
import { StoppedChangesAndLockedConnections } from '../migrations/0050-stopped-changes-and-locked-connections.js';
import { WordsOfRefusals } from '../migrations/0051-words-of-refusals.js';
import { OperatorTokens } from '../migrations/0053-operator-tokens.js';
import { KeysOfOperators } from '../migrations/0054-keys-of-operators.js';
import { CheaperChangesOfPeople } from '../migrations/0058-cheaper-changes-of-people.js';
import { LicensesEndAfterwards } from '../migrations/0059-licenses-end-afterwards.js';
import { entities } from './entities.js';
import { databaseFailure } from './kernel/database.js';
import { DomainError } from './kernel/errors.js';
import { QUEUE_SCHEMA } from './kernel/jobs.js';

const MIGRATIONS = [
  { name: '0001-roles', class: Roles },
  { name: '0002-organizations', class: Organizations },
  { name: '0003-connections', class: Connections },
  { name: '0004-users', class: Users },
  { name: '0005-groups', class: Groups },
  { name: '0006-invitations', class: Invitations },
  { name: '0007-audit-log', class: AuditLog },
  { name: '0008-outbox', class: Outbox },
  { name: '0009-rfc-profile', class: RfcProfile },
  { name: '0010-unconfirmed-answers', class: UnconfirmedAnswers },
  { name: '0011-provisioning-log', class: ProvisioningLog },
  { name: '0012-cursor-keys', class: CursorKeys },
  { name: '0013-people-and-language', class: PeopleAndLanguage },
  { name: '0020-tokens-of-people', class: TokensOfPeople },
  { name: '0021-group-admins-and-courses', class: GroupAdminsAndCourses },
  { name: '0022-bulk-changes', class: BulkChanges },
  { name: '0023-people-search', class: PeopleSearch },
  { name: '0024-attribute-sources', class: AttributeSources },
  { name: '0025-membership-events', class: MembershipEvents },
  { name: '0026-mails-and-links', class: MailsAndLinks },
  { name: '0027-invitation-lifecycle', class: InvitationLifecycle },
  { name: '0028-invitation-batches', class: InvitationBatches },
  { name: '0029-passwords', class: Passwords },
  { name: '0030-licenses', class: Licenses },
  { name: '0031-approved-domains', class: ApprovedDomains },
  { name: '0032-erasure-and-release', class: ErasureAndRelease },
  { name: '0033-connection-set-up', class: ConnectionSetUp },
  { name: '0035-idempotency-keys', class: IdempotencyKeys },
  { name: '0036-provisioning-log-order', class: ProvisioningLogOrder },
  { name: '0037-unsettled-by-group', class: UnsettledByGroup },
  { name: '0040-sso-connections', class: SsoConnections },
  { name: '0041-sign-in', class: SignIn },
  { name: '0045-password-reset', class: PasswordReset },
  { name: '0046-provider-logout', class: ProviderLogout },
  { name: '0048-refused-wishes', class: RefusedWishes },
  { name: '0050-stopped-changes-and-locked-connections', class: StoppedChangesAndLockedConnections },
  { name: '0051-words-of-refusals', class: WordsOfRefusals },
  { name: '0053-operator-tokens', class: OperatorTokens },
  { name: '0054-keys-of-operators', class: KeysOfOperators },
  { name: '0058-cheaper-changes-of-people', class: CheaperChangesOfPeople },
  { name: '0059-licenses-end-afterwards', class: LicensesEndAfterwards },
];

/** Any constant: processes that start together must agree on it so that only one of them migrates. */
const LOCK_KEY = 7_243_511;

/**
 * A statement that changes a table waits for whoever uses it, and everybody who comes later waits behind it. So it gives up
 * soon, lets them pass, and tries again.
 */
const LOCK_TIMEOUT_MS = 1_000;
const BETWEEN_ATTEMPTS_MS = 500;
const PATIENCE_MS = 120_000;

const CUT_OFF =
  'DATABASE_URL: PostgreSQL ended the connection while the database was brought to this version. The migrations of this version took effect together or not at all; start again.';

/**
 * Brings a database to this version: our tables, then the queue's own schema. Safe to call from several processes at
 * once; the later ones wait and find nothing to do. Returns the names of the migrations it ran. The role behind the URL
 * must own the database and may need CREATEROLE the first time. Requests go on meanwhile (F17): nobody waits for longer
 * than a second, and a request waits for a lock for two. UNAVAILABLE when PostgreSQL goes away in the middle.
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const lock = new Client({ connectionString: databaseUrl });
  let lost: Error | undefined;
  lock.on('error', (error) => {
    lost = error;
  });
  await lock.connect();
  try {
    await lock.query('select pg_advisory_lock($1)', [LOCK_KEY]);
    const ran = await whenNobodyIsInTheWay(() => withMigrator(databaseUrl, (migrator) => migrator.up()));
    await migrateQueues(lock, QUEUE_SCHEMA);
    return ran.map((migration) => migration.name);
  } catch (error) {
    if (lost) throw new DomainError('UNAVAILABLE', CUT_OFF, { cause: error });
    throw error;
  } finally {
    await lock.end();
  }
}

/** The migrations of this version that a database has not had yet. Changes nothing. */
export async function pendingMigrations(databaseUrl: string): Promise<string[]> {
  const pending = await withMigrator(databaseUrl, (migrator) => migrator.getPending());
  return pending.map((migration) => migration.name);
}

/** Nothing is left of an attempt that gave up: all migrations are one transaction. */
async function whenNobodyIsInTheWay<T>(attempt: () => Promise<T>): Promise<T> {
  for (const end = Date.now() + PATIENCE_MS; ; ) {
    try {
      return await attempt();
    } catch (error) {
      if (databaseFailure(error)?.code !== '55P03' || Date.now() > end) throw error;
      await sleep(BETWEEN_ATTEMPTS_MS);
    }
  }
}

async function withMigrator<T>(databaseUrl: string, work: (migrator: IMigrator) => Promise<T>): Promise<T> {
  const orm = await MikroORM.init({
    clientUrl: databaseUrl,
    entities: [...entities],
    extensions: [Migrator],
    migrations: { migrationsList: MIGRATIONS, tableName: 'migrations', snapshot: false },
    driverOptions: { lock_timeout: LOCK_TIMEOUT_MS },
    logger: () => {},
  });
  try {
    return await work(orm.migrator);
  } finally {
    await orm.close(true);
  }
}
