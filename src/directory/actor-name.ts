import { type RawBuilder, sql } from 'kysely';

/**
 * How whoever did something is called, from its kind and id as the audit log has them: a connection by its provider, a
 * token by its last four characters, somebody by their name. Compared as text: an id of another kind is no error.
 */
export const actorName = (
  organizationId: string,
  kind: RawBuilder<unknown>,
  id: RawBuilder<unknown>,
): RawBuilder<string | null> => sql<string | null>`(case
  when ${kind} is null then null
  when ${kind} = 'connection' then (
    select case named.provider when 'okta' then 'Okta' when 'entra' then 'Microsoft Entra ID' when 'onelogin' then 'OneLogin'
      else 'SCIM client' end from scim_connections named
    where named.organization_id = ${organizationId} and named.id::text = ${id})
  when ${kind} = 'token' then (
    select 'API token ending in ' || named.last_four from api_tokens named
    where named.organization_id = ${organizationId} and named.id::text = ${id})
  when ${kind} = 'session' then (
    select coalesce(nullif(concat_ws(' ', who.given_name, who.family_name), ''), who.email, who.user_name)
    from sessions named join users who on who.organization_id = named.organization_id and who.id = named.user_id
    where named.organization_id = ${organizationId} and named.id::text = ${id})
  when ${kind} in ('operator', 'operator_token') then 'Operator'
  when ${kind} = 'worker' then 'Rollcall'
  when ${kind} = 'visitor' then 'Visitor'
  else ${kind} end)`;
