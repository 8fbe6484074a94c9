import { Migration } from '@mikro-orm/migrations';

/** Who administers which group (B33), and the courses a group gives its members (B41). */
export class GroupAdminsAndCourses extends Migration {
  override up(): void {
    this.addSql(`
      create table group_admins (
        organization_id uuid not null,
        group_id uuid not null,
        user_id uuid not null,
        assigned_at timestamptz not null default now(),
        primary key (organization_id, group_id, user_id),
        constraint group_admins_group foreign key (organization_id, group_id) references groups (organization_id, id),
        constraint group_admins_user foreign key (organization_id, user_id) references users (organization_id, id)
      )
    `);
    this.addSql(`
      create index group_admins_by_user on group_admins (organization_id, user_id, group_id)
    `);
    this.addSql(`
      create table group_courses (
        organization_id uuid not null,
        group_id uuid not null,
        course_id text not null,
        course_name text not null,
        primary key (organization_id, group_id, course_id),
        constraint group_courses_group foreign key (organization_id, group_id) references groups (organization_id, id)
      )
    `);
    this.addSql(`
      select protect_organization_rows('group_admins'), protect_organization_rows('group_courses')
    `);
  }
}
