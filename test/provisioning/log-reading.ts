import type { TestOrganization } from '../support/product.js';

/** One request as GraphQL tells of it. */
export interface LoggedRequest {
  id: string;
  requestId: string;
  connectionId: string | null;
  credentialId: string | null;
  method: string;
  resourceType: string | null;
  targetId: string | null;
  operation: string;
  status: number;
  outcome: string;
  detail: string | null;
  scimType: string | null;
  normalisations: string[];
  ignored: string[];
  dialect: string;
  durationMs: number;
  userAgent: string | null;
  at: string;
  changes: { attribute: string; before: string | null; after: string | null }[];
  membersAdded: { count: number; ids: string[] } | null;
  membersRemoved: { count: number; ids: string[] } | null;
}

const FIELDS = `id requestId connectionId credentialId method resourceType targetId operation status outcome detail
  scimType normalisations ignored dialect durationMs userAgent at changes { attribute before after }
  membersAdded { count ids } membersRemoved { count ids }`;

export const LOG = `query ($filter: ProvisioningLogFilter, $first: Int! = 30, $after: String) {
  provisioningLog(filter: $filter, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor } edges { node { ${FIELDS} } }
  }
}`;

/** The newest requests of the organization's log, newest first. */
export async function readLog(
  organization: TestOrganization,
  filter: Record<string, unknown> = {},
): Promise<LoggedRequest[]> {
  const { body } = await organization.graphql(LOG, { filter });
  if (body.errors) throw new Error(JSON.stringify(body.errors));
  return body.data.provisioningLog.edges.map((edge: { node: LoggedRequest }) => edge.node);
}

/** Reads and refusals are written up to a quarter of a second after their answer. */
const PATIENCE_MS = 30_000;

/** The log entry of one answer, waited for. */
export async function logged(
  organization: TestOrganization,
  answer: { headers: Record<string, unknown> },
): Promise<LoggedRequest> {
  const requestId = String(answer.headers['x-request-id']);
  for (const deadline = Date.now() + PATIENCE_MS; ; ) {
    const [entry] = await readLog(organization, { requestId });
    if (entry) return entry;
    if (Date.now() > deadline) throw new Error(`No entry for request ${requestId} within ${PATIENCE_MS} ms.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
