import type { ResourceName } from '../directory/attributes.js';
import type { ScimProfile } from '../directory/profile.js';
import { DomainError } from '../kernel/errors.js';
import { isJsonObject, membersOf, quote } from './json-input.js';

/** How SCIM 1.1 named its schemas; OneLogin does so in its 2.0 messages. */
const OLDER = 'urn:scim:schemas:';

/**
 * Whether a POST or PUT that lists its schemas means this resource (RFC 7643 section 3); without a list it is taken for
 * what its path says.
 * @throws DomainError INVALID_INPUT `invalidSyntax` for the schema of something else, where the profile refuses it.
 */
export function checkResourceSchemas(
  { foreignSchemas, resources }: ScimProfile,
  resource: ResourceName,
  body: unknown,
): void {
  if (foreignSchemas === 'ignored' || !isJsonObject(body)) return;
  const sent = membersOf(body)('schemas');
  if (sent === undefined || sent === null) return;
  const wanted = resources[resource].schema.id;
  const names = (Array.isArray(sent) ? sent : [sent]).filter((one) => typeof one === 'string');
  const meant = (urn: string) => urn === wanted.toLowerCase() || urn.startsWith(OLDER);
  if (names.some((one) => meant(one.toLowerCase()))) return;
  const arrived =
    names.length === 0 ? 'it names none' : `it names ${names.slice(0, 3).map(quote).join(', ')}`;
  throw new DomainError(
    'INVALID_INPUT',
    `The "schemas" of a ${resource} must hold "${wanted}", but ${arrived}.`,
    { field: 'schemas', scimType: 'invalidSyntax' },
  );
}
