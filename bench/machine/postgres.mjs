import { readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';

const BUILT = path.resolve(import.meta.dirname, '../../dist/src');
const DATABASE = /^[a-z_0-9]+$/;

/**
 * The PostgreSQL all targets share: that of DATABASE_URL, or an embedded one in the data folder, durable as in production.
 * Each target has a database of its own in it. Statements are counted only where this may switch `pg_stat_statements` on.
 */
export class Postgres {
  static async start(dataDir, say) {
    if (process.env.DATABASE_URL) return new Postgres(process.env.DATABASE_URL).prepare(undefined, say);
    const { openEmbeddedPostgres } = await import(path.join(BUILT, 'embedded/postgres.js'));
    const embedded = await openEmbeddedPostgres({
      dataDir,
      log: say,
      settings: { shared_preload_libraries: 'pg_stat_statements' },
    });
    const { adminPassword } = JSON.parse(readFileSync(path.join(dataDir, 'postgres.json'), 'utf8'));
    const admin = new URL(embedded.url);
    admin.username = 'postgres';
    admin.password = adminPassword;
    admin.pathname = '/postgres';
    return new Postgres(embedded.url, embedded).prepare(admin.href, say);
  }

  constructor(url, embedded) {
    this.url = url;
    this.embedded = embedded;
    this.client = new pg.Client({ connectionString: url });
  }

  async prepare(adminUrl, say) {
    await this.client.connect();
    this.adminUrl = adminUrl ?? this.url;
    this.admin = new pg.Client({ connectionString: this.adminUrl });
    this.admin.on('error', () => {});
    await this.admin.connect();
    try {
      await this.admin.query('create extension if not exists pg_stat_statements');
      await this.track('none');
      this.counts = true;
    } catch (error) {
      say(`SQL statements are not counted: ${error.message}`);
      this.counts = false;
    }
    const { rows } = await this.client.query('show server_version');
    this.version = rows[0].server_version.split(' ')[0];
    return this;
  }

  /** The URL of an empty database of this name; one that was left by an earlier run is dropped. */
  async createDatabase(name) {
    if (!DATABASE.test(name)) throw new Error(`no name of a database: ${name}`);
    await this.client.query(`drop database if exists ${name} with (force)`);
    await this.client.query(`create database ${name}`);
    return this.urlOf(name);
  }

  urlOf(name) {
    const url = new URL(this.url);
    url.pathname = `/${name}`;
    return url.href;
  }

  async track(which) {
    await this.admin.query(`alter system set pg_stat_statements.track = '${which}'`);
    await this.admin.query('select pg_reload_conf()');
    // Backends read the new setting before their next statement.
    await new Promise((resolve) => setTimeout(resolve, 200));
  }

  /** How many statements, BEGIN and COMMIT among them, `work` caused in a database; null when nobody counts. */
  async statementsOf(database, work) {
    if (!this.counts) return null;
    await this.track('top');
    await this.admin.query('select pg_stat_statements_reset()');
    await work();
    const { rows } = await this.admin.query(
      `select coalesce(sum(s.calls), 0)::int as calls from pg_stat_statements s
       join pg_database d on d.oid = s.dbid where d.datname = $1`,
      [database],
    );
    await this.track('none');
    return rows[0].calls;
  }

  /** What `work` resolved with, and the statements it caused in a database, dearest first; times in microseconds. */
  async statementsDuring(database, work) {
    await this.admin.query(`alter system set pg_stat_statements.track_planning = 'on'`);
    await this.track('all');
    await this.admin.query('select pg_stat_statements_reset()');
    const result = await work();
    const { rows: statements } = await this.admin.query(
      `select s.calls::int, s.total_plan_time * 1000 as planning, s.total_exec_time * 1000 as running,
         case when s.toplevel then '' else '(inside) ' end || regexp_replace(s.query, '[[:space:]]+', ' ', 'g') as text
       from pg_stat_statements s join pg_database d on d.oid = s.dbid where d.datname = $1
       order by s.total_exec_time + s.total_plan_time desc`,
      [database],
    );
    await this.admin.query('alter system reset pg_stat_statements.track_planning');
    await this.track('none');
    return { ...result, statements };
  }

  async stop() {
    await this.admin.end();
    await this.client.end();
    await this.embedded?.release();
  }
}
