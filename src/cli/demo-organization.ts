import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { issueApiToken } from '../access/issue-api-token.js';
import type { Context } from '../kernel/context.js';
import type { Database } from '../kernel/database.js';
import { newId } from '../kernel/ids.js';
import { createOrganization } from '../organizations/create-organization.js';
import { connectScim } from '../provisioning/connect-scim.js';
import { operatorContext } from './operator.js';

const DemoOrganization = z.object({
  organizationId: z.string(),
  slug: z.string(),
  token: z.string(),
  clientId: z.string(),
  clientSecret: z.string(),
  apiToken: z.string(),
});

export type DemoOrganization = z.output<typeof DemoOrganization>;

/** What the demo begins with, kept or new. */
export interface DemoOptions {
  database: Database;
  dataDir: string;
  /** Connects single sign-on, at every start and before SCIM, which needs it (B1). */
  connectSso: (context: Context) => Promise<void>;
}

/**
 * The organization of the demo. Its secrets are shown at every start, so they are kept beside the demo's data, readable
 * by this user alone; nothing else in the product stores a secret.
 */
export async function demoOrganization(options: DemoOptions): Promise<DemoOrganization> {
  const { database, dataDir, connectSso } = options;
  const file = path.join(dataDir, 'demo.json');
  if (existsSync(file)) {
    const kept = DemoOrganization.parse(JSON.parse(readFileSync(file, 'utf8')));
    await connectSso(operatorContext(database, kept.organizationId));
    return kept;
  }
  const organizationId = newId();
  // A database that is kept elsewhere (DATABASE_URL) may hold the demo of another folder.
  const slug = `demo-${organizationId.slice(-6)}`;
  const context = operatorContext(database, organizationId);
  await createOrganization(context, {
    slug,
    name: 'Demo',
    plan: 'enterprise',
    seats: 1_000,
    ownerEmail: 'owner@demo.example',
  });
  await connectSso(context);
  const { token, clientId, clientSecret } = await connectScim(context, { provider: 'entra' });
  const { token: apiToken } = await issueApiToken(context, { role: 'owner' });
  const made = { organizationId, slug, token, clientId, clientSecret, apiToken };
  writeFileSync(file, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
  return made;
}
