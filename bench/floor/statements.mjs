// Every write is one statement, and so one transaction: the resource, an audit row and an outbox row. All are prepared
// once for each connection. $1 is always the organization; of writes $2 is the actor, $3 the details and $4 the id.

const logged = (action, kind) => `,
  audited as (
    insert into audit (organization_id, actor, action, target_kind, target_id, details)
    select $1, $2, '${action}', '${kind}', id, $3::jsonb from changed),
  sent as (
    insert into outbox (organization_id, topic, target_id, payload)
    select $1, '${kind}.${action}', id, $3::jsonb from changed)`;

const RESOURCE = 'id, document, version, created_at, updated_at';
const GROUP = 'id, display_name, external_id, version, created_at, updated_at';
const TOUCHED = 'version = version + 1, updated_at = now()';
const MEMBERS = `(select string_agg('{"value":"' || user_id || '","type":"User"}', ',') from members where group_id = g.id) as members`;
const touchGroup = `with changed as (
  update groups set ${TOUCHED} where organization_id = $1 and id = $4 returning id)`;

const texts = {
  userInsert: `with changed as (
    insert into users (organization_id, id, user_name, user_name_key, external_id, email_key, active, document)
    values ($1, $4, $5, $6, $7, $8, $9, $10) returning id, created_at)${logged('created', 'user')}
    select created_at from changed`,
  userById: `select ${RESOURCE} from users where organization_id = $1 and id = $2`,
  userByName: `select ${RESOURCE} from users where organization_id = $1 and user_name_key = $2`,
  userByExternalId: `select ${RESOURCE} from users where organization_id = $1 and external_id = $2`,
  userCount: 'select count(*)::int as total from users where organization_id = $1',
  userPage: `with page as (select id from users where organization_id = $1 order by id offset $2 limit $3)
    select u.id, u.document, u.version, u.created_at, u.updated_at from page join users u using (id) order by u.id`,
  userPatch: `with changed as (
    update users set document = document || $3::jsonb, active = coalesce(($3::jsonb ->> 'active')::boolean, active), ${TOUCHED}
    where organization_id = $1 and id = $4 returning ${RESOURCE})${logged('updated', 'user')} select * from changed`,
  userPut: `with changed as (
    update users set user_name = $5, user_name_key = $6, external_id = $7, email_key = $8, active = $9, document = $10, ${TOUCHED}
    where organization_id = $1 and id = $4 returning id, version, created_at, updated_at)${logged('replaced', 'user')}
    select * from changed`,
  groupInsert: `with changed as (
    insert into groups (organization_id, id, display_name, display_name_key, external_id) values ($1, $4, $5, $6, $7)
    returning id, version, created_at, updated_at),
    joined as (
      insert into members (group_id, user_id, organization_id)
      select c.id, u.id, $1 from changed c, users u where u.organization_id = $1 and u.id = any ($8::uuid[]))
    ${logged('created', 'group')} select * from changed`,
  groupById: `select ${GROUP}, ${MEMBERS} from groups g where organization_id = $1 and id = $2`,
  groupByName: `select ${GROUP} from groups where organization_id = $1 and display_name_key = $2`,
  memberAdd: `${touchGroup},
    joined as (
      insert into members (group_id, user_id, organization_id)
      select c.id, u.id, $1 from changed c, users u where u.organization_id = $1 and u.id = any ($5::uuid[])
      on conflict do nothing)
    ${logged('joined', 'group')} select id from changed`,
  memberRemove: `${touchGroup},
    gone as (delete from members m using changed c where m.group_id = c.id and m.user_id = any ($5::uuid[]))
    ${logged('left', 'group')} select id from changed`,
  groupPut: `with changed as (
    update groups set display_name = $6, display_name_key = $7, ${TOUCHED}
    where organization_id = $1 and id = $4 returning ${GROUP}),
    wanted as materialized (
      select u.id from users u join (select distinct unnest($5::uuid[]) as id) asked using (id) where u.organization_id = $1),
    present as materialized (select user_id from members where group_id = $4),
    gone as (
      delete from members m using changed c
      where m.group_id = c.id and m.user_id in (select user_id from present except select id from wanted)),
    joined as (
      insert into members (group_id, user_id, organization_id)
      select c.id, missing.id, $1 from changed c, (select id from wanted except select user_id from present) missing
      on conflict do nothing)
    ${logged('replaced', 'group')} select * from changed`,
};

/** By name: what `pg` needs to prepare each once. */
export const STATEMENTS = Object.fromEntries(
  Object.entries(texts).map(([name, text]) => [name, { name, text }]),
);
