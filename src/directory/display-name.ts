import { sql } from 'kysely';

/** How the person `u` is called where there is room for one name: display name, full name, user name, address. */
export const DISPLAY_NAME = sql<string>`coalesce(u.attributes ->> 'displayName',
  nullif(concat_ws(' ', u.given_name, u.family_name), ''), u.user_name, u.email)`;
