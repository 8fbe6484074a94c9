import { sql } from 'kysely';
import {
  ABOUT_ORGANIZATION,
  IDS,
  MACHINE,
  OURS,
  PERSONAL,
  PROVIDER,
  REQUEST_ID,
  type TableDecision,
  WORD,
} from './table-decision.js';

/**
 * Every table and column that can hold text, and whether it can be about a person. It is the one list erasure goes by,
 * from top to bottom, and a test compares it with the database: a new column without a decision fails the build.
 */
export const PERSONAL_DATA: Readonly<Record<string, TableDecision>> = {
  users: {
    columns: {
      user_name: PERSONAL,
      user_name_key: PERSONAL,
      email: PERSONAL,
      email_key: PERSONAL,
      external_id: PERSONAL,
      given_name: PERSONAL,
      family_name: PERSONAL,
      title: PERSONAL,
      employee_number: PERSONAL,
      attributes: PERSONAL,
      deactivated_by: WORD,
      role: WORD,
      pending_role: WORD,
      license: WORD,
      status: WORD,
      sort_name: PERSONAL,
      sort_email: PERSONAL,
    },
    erase: ({ organizationId, id }) => sql`
      update users set user_name = null, user_name_key = null, email = null, email_key = null, external_id = null,
        given_name = null, family_name = null, title = null, employee_number = null, attributes = '{}',
        identity_scope = id, role = 'user', pending_role = null, license = null, license_taken_at = null,
        first_signed_in_at = null, last_signed_in_at = null,
        deprovisioned_from = coalesce(connection_id, deprovisioned_from, released_from), connection_id = null,
        released_from = null, deprovisioned_at = coalesce(deprovisioned_at, now()), erased_at = now(),
        version = version + 1, updated_at = now()
      where organization_id = ${organizationId} and id = ${id}`,
  },
  user_words: {
    columns: { word: PERSONAL },
    erase: ({ organizationId, id }) => sql`
      delete from user_words where organization_id = ${organizationId} and user_id = ${id}`,
  },
  user_attribute_sources: {
    columns: {
      attribute: WORD,
      previous: PERSONAL,
      actor_kind: WORD,
      actor_id: OURS,
      request_id: REQUEST_ID,
    },
    erase: ({ organizationId, id }) => sql`
      delete from user_attribute_sources where organization_id = ${organizationId} and user_id = ${id}`,
  },
  passwords: {
    columns: { hash: PERSONAL },
    erase: ({ organizationId, id }) => sql`
      delete from passwords where organization_id = ${organizationId} and user_id = ${id}`,
  },
  sign_in_attempts: {
    columns: {
      detail: PERSONAL,
      subject: PERSONAL,
      address: PERSONAL,
      agent: PERSONAL,
      method: WORD,
      reason: WORD,
      request_id: REQUEST_ID,
    },
    // Before the subjects are gone by which a stranger's attempts are recognised as this person's.
    erase: ({ organizationId, id, identities }) => sql`
      update sign_in_attempts a set detail = null, subject = null, address = null, agent = null
      where organization_id = ${organizationId} and (user_id = ${id} or user_id is null and exists (
        select from (
          select unnest(${identities}::text[]) as text
          union all select subject from identities where organization_id = ${organizationId} and user_id = ${id}) known
        where a.subject = known.text or position(known.text in a.detail) > 0))`,
  },
  identities: {
    columns: { subject: PERSONAL },
    erase: ({ organizationId, id }) => sql`
      delete from identities where organization_id = ${organizationId} and user_id = ${id}`,
  },
  sessions: {
    columns: {
      address: PERSONAL,
      agent: PERSONAL,
      method: WORD,
      role: WORD,
      lookup_id: OURS,
      secret_hash: OURS,
      ended_because: WORD,
      provider_session: PERSONAL,
      sealed_logout: PERSONAL,
    },
    erase: ({ organizationId, id }) => sql`
      update sessions set address = null, agent = null, provider_session = null, sealed_logout = null,
        ended_at = coalesce(ended_at, now()), ended_because = coalesce(ended_because, 'erased')
      where organization_id = ${organizationId} and user_id = ${id}`,
  },
  user_email_keys: {
    columns: { email_key: PERSONAL },
    erase: ({ organizationId, id }) => sql`
      delete from user_email_keys where organization_id = ${organizationId} and user_id = ${id}`,
  },
  user_courses: {
    columns: { course_id: PERSONAL, course_name: PERSONAL },
    erase: ({ organizationId, id }) => sql`
      delete from user_courses where organization_id = ${organizationId} and user_id = ${id}`,
  },
  unconfirmed_answers: {
    columns: { fingerprint: PERSONAL },
    erase: ({ organizationId, id }) => sql`
      delete from unconfirmed_answers where organization_id = ${organizationId} and user_id = ${id}`,
  },
  refused_wishes: {
    columns: { attribute: WORD, fingerprint: PERSONAL },
    erase: ({ organizationId, id }) => sql`
      delete from refused_wishes where organization_id = ${organizationId} and (user_id = ${id} or held_by = ${id})`,
  },
  invitations: {
    columns: {
      email: PERSONAL,
      email_key: PERSONAL,
      courses: PERSONAL,
      role: WORD,
      state: WORD,
      source: WORD,
      group_ids: OURS,
      invited_by: OURS,
    },
    erase: ({ organizationId, id, emailKeys }) => sql`
      update invitations set email = '', email_key = '', courses = '[]',
        state = case state when 'pending' then 'revoked' else state end
      where organization_id = ${organizationId} and (user_id = ${id} or user_id is null
        and email_key = any(${emailKeys}::text[]) and not exists (
          select from users u where u.organization_id = invitations.organization_id
            and u.email_key = invitations.email_key))`,
  },
  mails: {
    columns: {
      recipient: PERSONAL,
      recipient_key: PERSONAL,
      values: PERSONAL,
      last_error: PERSONAL,
      kind: WORD,
      language: WORD,
      state: WORD,
    },
    erase: ({ organizationId, id, emailKeys }) => sql`
      delete from mails where organization_id = ${organizationId}
        and (recipient_key = any(${emailKeys}::text[]) or subject_id = ${id})`,
  },
  invitation_batch_rows: {
    columns: { email: PERSONAL, email_key: PERSONAL, reason: PERSONAL, state: WORD },
    erase: ({ organizationId, emailKeys }) => sql`
      update invitation_batch_rows set email = '', email_key = '', reason = case when state = 'failed' then '' end
      where organization_id = ${organizationId} and email_key = any(${emailKeys}::text[])`,
  },
  bulk_change_items: {
    columns: { reason: PERSONAL },
    erase: ({ organizationId, id }) => sql`
      update bulk_change_items set reason = case when reason is not null then '' end
      where organization_id = ${organizationId} and user_id = ${id}`,
  },
  // What a repeated request would be answered with, sealed so that nobody can tell whom it is about: all of it goes.
  idempotency_keys: {
    columns: { actor: OURS, key: "of the caller's own making", request_hash: PERSONAL, result: PERSONAL },
    erase: ({ organizationId }) =>
      sql`delete from idempotency_keys where organization_id = ${organizationId}`,
  },
  provisioning_log: {
    columns: {
      changes: PERSONAL,
      detail: PERSONAL,
      normalisations: PERSONAL,
      ignored: PERSONAL,
      address: PERSONAL,
      user_agent: PERSONAL,
      request_id: REQUEST_ID,
      method: WORD,
      resource_type: WORD,
      operation: WORD,
      outcome: WORD,
      scim_type: WORD,
      dialect: WORD,
      written_by: OURS,
    },
    erase: ({ id, identities }) => sql`select erase_from_provisioning_log(${id}, ${identities}::text[])`,
  },
  provisioning_log_words: {
    columns: { word: 'of a refusal, and gone with its text (erase_from_provisioning_log)' },
  },
  audit_log: {
    columns: {
      actor_kind: WORD,
      actor_id: OURS,
      action: WORD,
      target_id: OURS,
      request_id: REQUEST_ID,
      details: IDS,
    },
  },
  approved_domains: { columns: { domain: ABOUT_ORGANIZATION, approved_by: OURS } },
  attempts: { columns: { kind: WORD, key: 'a hash that is forgotten within a day' } },
  links: { columns: { purpose: WORD } },
  seat_pools: { columns: { kind: WORD } },
  invitation_batches: {
    columns: { role: WORD, group_ids: OURS, courses: ABOUT_ORGANIZATION, state: WORD, invited_by: OURS },
  },
  membership_events: {
    columns: { kind: WORD, actor_kind: WORD, actor_id: OURS, request_id: REQUEST_ID },
  },
  bulk_changes: {
    columns: { kind: WORD, state: WORD, stop_reason: WORD, requested_kind: WORD, requested_by: OURS },
  },
  group_courses: { columns: { course_id: ABOUT_ORGANIZATION, course_name: ABOUT_ORGANIZATION } },
  outbox: { columns: { topic: WORD, ids: OURS, request_id: REQUEST_ID } },
  membership_changes: { columns: { request_id: REQUEST_ID, actor_kind: WORD, actor_id: OURS } },
  memberships: { columns: { state: WORD } },
  groups: { columns: { display_name: PROVIDER, display_name_key: PROVIDER, external_id: PROVIDER } },
  erased_identities: {
    columns: { fingerprint: 'a keyed hash: says nothing to who does not know both value and key' },
  },
  operator_tokens: {
    columns: {
      label: 'about whoever sells the product',
      lookup_id: OURS,
      secret_hash: OURS,
      last_four: OURS,
    },
  },
  organizations: {
    columns: {
      slug: ABOUT_ORGANIZATION,
      name: ABOUT_ORGANIZATION,
      plan: WORD,
      language: WORD,
      contact: ABOUT_ORGANIZATION,
      when_no_license_is_free: WORD,
    },
  },
  sso_connections: {
    columns: {
      kind: WORD,
      status: WORD,
      name: ABOUT_ORGANIZATION,
      settings: ABOUT_ORGANIZATION,
      sealed_secret: ABOUT_ORGANIZATION,
      matches: WORD,
      refresh_error: ABOUT_ORGANIZATION,
    },
  },
  saml_keys: { columns: { certificate: OURS, sealed_key: OURS } },
  sign_in_requests: { columns: { key_hash: OURS, browser_hash: OURS, return_path: OURS } },
  used_assertions: { columns: { assertion_id: 'the opaque id of a message, for some minutes' } },
  scim_connections: {
    columns: { provider: WORD, profile: WORD, status: WORD, label: ABOUT_ORGANIZATION, cursor_key: OURS },
  },
  scim_credentials: {
    columns: {
      kind: WORD,
      lookup_id: OURS,
      secret_hash: OURS,
      last_four: OURS,
      label: ABOUT_ORGANIZATION,
      created_by: OURS,
      last_used_address: MACHINE,
      last_used_agent: MACHINE,
    },
  },
  api_tokens: {
    columns: {
      role: WORD,
      label: ABOUT_ORGANIZATION,
      scopes: WORD,
      lookup_id: OURS,
      secret_hash: OURS,
      last_four: OURS,
      created_by: OURS,
    },
  },
};
