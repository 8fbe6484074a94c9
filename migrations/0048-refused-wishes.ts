import { Migration } from '@mikro-orm/migrations';

/**
 * What a connection wanted to give somebody while another person still had it, so that the two can exchange it when the
 * other's turn comes (docs/decisions/0048). A hash says what it was, and `version` until when the wish is a wish: any
 * later change of the person ends it.
 */
export class RefusedWishes extends Migration {
  override up(): void {
    this.addSql(`
      create table refused_wishes (
        organization_id uuid not null,
        user_id uuid not null,
        attribute text not null check (attribute in ('userName', 'email', 'externalId')),
        held_by uuid not null,
        fingerprint bytea not null,
        version integer not null,
        at timestamptz not null default now(),
        primary key (organization_id, user_id, attribute),
        constraint refused_wishes_user foreign key (organization_id, user_id) references users (organization_id, id),
        constraint refused_wishes_holder foreign key (organization_id, held_by) references users (organization_id, id)
      )
    `);
    this.addSql(`
      create index refused_wishes_by_age on refused_wishes (organization_id, at)
    `);
    this.addSql(`
      create index refused_wishes_by_holder on refused_wishes (organization_id, held_by)
    `);
    this.addSql(`
      select protect_organization_rows('refused_wishes')
    `);
  }
}
