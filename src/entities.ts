import { ApiTokenSchema } from './access/api-token.entity.js';
import { SsoConnectionSchema } from './access/sso-connection.entity.js';
import { InvitationSchema } from './invitations/invitation.entity.js';
import { OrganizationSchema } from './organizations/organization.entity.js';
import { ScimConnectionSchema } from './provisioning/scim-connection.entity.js';
import { ScimCredentialSchema } from './provisioning/scim-credential.entity.js';

/** Every entity, for the database layer, which knows none of them by name. */
export const entities = [
  OrganizationSchema,
  SsoConnectionSchema,
  ScimConnectionSchema,
  ScimCredentialSchema,
  ApiTokenSchema,
  InvitationSchema,
];
