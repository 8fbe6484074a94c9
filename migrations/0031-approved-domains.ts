import { Migration } from '@mikro-orm/migrations';

/** Self-service by approved e-mail domains (B36): the domains, what came through one, and how often somebody tried. */
export class ApprovedDomains extends Migration {
  override up(): void {
    this.addSql(`
      create table approved_domains (
        organization_id uuid not null references organizations (id),
        id uuid not null,
        domain text not null check (domain ~ '^[a-z0-9_-]+(\\.[a-z0-9_-]+)+$'),
        approved_by text not null,
        created_at timestamptz not null default now(),
        primary key (organization_id, id),
        constraint approved_domains_unique unique (organization_id, domain)
      )
    `);
    this.addSql(`
      alter table invitations add column source text not null default 'admin' check (source in ('admin', 'domain'))
    `);
    this.addSql(`
      create table attempts (
        organization_id uuid not null references organizations (id),
        kind text not null,
        key bytea not null,
        count integer not null default 1,
        expires_at timestamptz not null,
        primary key (organization_id, kind, key)
      )
    `);
    this.addSql(`
      create index attempts_by_age on attempts (organization_id, expires_at)
    `);
    this.addSql(`
      select protect_organization_rows('approved_domains'), protect_organization_rows('attempts')
    `);
  }
}
