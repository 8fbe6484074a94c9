import { Migration } from '@mikro-orm/migrations';

/**
 * An invitation ends by itself, has one link at a time, and moves forward only: the states and what leads from one to
 * another are those of src/invitations/invitation-states.ts, and here nothing else gets through.
 */
export class InvitationLifecycle extends Migration {
  override up(): void {
    this.addSql(`
      alter table invitations
        add column expires_at timestamptz not null default now() + interval '14 days',
        add column link_id uuid,
        add column batch_id uuid,
        add column ended_at timestamptz
    `);
    this.addSql(`
      create index invitations_expiring on invitations (expires_at) where state = 'pending'
    `);
    this.addSql(`
      create index invitations_by_state on invitations (organization_id, state, id)
    `);
    this.addSql(`
      create function invitations_move_forward() returns trigger language plpgsql as $$
      begin
        if new.state = old.state then
          return new;
        end if;
        if old.state = 'pending' or old.state = 'consumed' and old.applied_at is null and new.state = 'revoked' then
          new.ended_at := now();
          return new;
        end if;
        raise exception 'An invitation that is % cannot become %.', old.state, new.state
          using errcode = 'check_violation', constraint = 'invitations_move_forward';
      end $$
    `);
    this.addSql(`
      create trigger invitations_move_forward before update of state on invitations
        for each row execute function invitations_move_forward()
    `);
  }
}
