import { createHash, randomBytes } from 'node:crypto';
import { groupId, groupNameOf, personId, personIdPrefix, SPARE_PEOPLE } from '../mixes/directory.mjs';

/** A token as the product makes them (src/kernel/secrets.ts), and what of it is stored. */
function newToken(prefix) {
  const secret = randomBytes(32).toString('base64url');
  const lookupId = randomBytes(12).toString('hex');
  const hash = createHash('sha256').update(secret).digest();
  return { token: `${prefix}_${lookupId}_${secret}`, stored: [lookupId, hash, secret.slice(-4)] };
}

// Numbers that no person and no group of a directory has.
const [ORGANIZATION, CONNECTION, SSO, OWNER, SCIM, API] = [1, 2, 3, 4, 5, 6].map((n) => 0xffffff0 + n);

/**
 * An organization with SSO, a SCIM connection, both kinds of token, people and groups, as rows: what the operator's commands
 * and months of provisioning would have left. Set by set, so that a million people take minutes. Runs with row-level
 * security on, as the role that owns the database; every trigger of the product does its work.
 */
export async function seedOrganization(client, { number, people, groups = [] }) {
  const organization = personId(number, ORGANIZATION);
  const connection = personId(number, CONNECTION);
  const [scim, api] = [newToken('rcs'), newToken('rca')];
  const run = (text, values = []) => client.query(text, [organization, ...values]);
  await client.query('begin');
  await client.query(`select set_config('app.organization_id', $1, true)`, [organization]);
  await run(`insert into organizations (id, slug, name, plan) values ($1, $2, $2, 'enterprise')`, [
    `bench-${number}`,
  ]);
  await run(
    `insert into users (organization_id, id, email, email_key, role) values ($1, $2, 'owner@bench.example', 'owner@bench.example', 'owner')`,
    [personId(number, OWNER)],
  );
  await run(
    `insert into seat_pools (organization_id, kind, bought) values ($1, 'standard', 0), ($1, 'pro', 0)`,
  );
  await run(
    `insert into sso_connections (organization_id, id, kind, status) values ($1, $2, 'simulated', 'active')`,
    [personId(number, SSO)],
  );
  await run(
    `insert into scim_connections (organization_id, id, provider, profile, status) values ($1, $2, 'custom', 'standard', 'active')`,
    [connection],
  );
  await run(
    `insert into scim_credentials (organization_id, id, connection_id, kind, label, created_by, lookup_id, secret_hash, last_four)
     values ($1, $2, $3, 'bearer', 'bench', 'bench', $4, $5, $6)`,
    [personId(number, SCIM), connection, ...scim.stored],
  );
  await run(
    `insert into api_tokens (organization_id, id, role, created_by, lookup_id, secret_hash, last_four)
     values ($1, $2, 'owner', 'bench', $3, $4, $5)`,
    [personId(number, API), ...api.stored],
  );
  if (people > 0) {
    await run(
      `insert into users (organization_id, id, user_name, user_name_key, email, email_key, external_id, given_name,
         family_name, title, employee_number, connection_id)
       select $1, ($2 || lpad(to_hex(i), 12, '0'))::uuid, name, name, name, name, 'x-' || i, 'Ada', 'x-' || i, 'Engineer',
         'x-' || i, $3
       from (select i, 'person-' || i || '@bench.example' as name from generate_series(0, $4::int - 1) i) numbered`,
      [personIdPrefix(number), connection, people + SPARE_PEOPLE],
    );
  }
  for (const members of groups) {
    const group = groupId(number, members);
    const name = groupNameOf(members);
    await run(
      `insert into groups (organization_id, id, display_name, display_name_key, connection_id) values ($1, $2, $3, $4, $5)`,
      [group, name, name.toLowerCase(), connection],
    );
    await run(
      `insert into memberships (organization_id, group_id, user_id, state, applied_at)
       select $1, $2, ($3 || lpad(to_hex(i), 12, '0'))::uuid, 'active', now() from generate_series(0, $4::int - 1) i`,
      [group, personIdPrefix(number), members],
    );
  }
  await client.query('commit');
  return { organization, scimToken: scim.token, apiToken: api.token };
}

/** What autovacuum would have done by the time anybody measures. */
export async function settleStatistics(client) {
  for (const table of ['users', 'user_words', 'user_attribute_sources', 'groups', 'memberships']) {
    await client.query(`vacuum (analyze) ${table}`);
  }
}
