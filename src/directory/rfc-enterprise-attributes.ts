import { attribute, ENTERPRISE_USER, readOnly, type Schema } from './attributes.js';
import { keptByEnterprise } from './rfc-user-lists.js';

/** The enterprise extension of RFC 7643 section 4.3. */
export const RFC_ENTERPRISE_USER: Schema = {
  id: ENTERPRISE_USER,
  name: 'EnterpriseUser',
  description: 'What an employer knows about the person.',
  attributes: [
    attribute({
      name: 'employeeNumber',
      description: 'The number the employer gave the person.',
      storage: { in: 'column', column: 'u.employee_number' },
    }),
    keptByEnterprise({ name: 'costCenter', description: 'The cost center.' }),
    keptByEnterprise({ name: 'organization', description: 'The organization.' }),
    keptByEnterprise({ name: 'division', description: 'The division.' }),
    keptByEnterprise({ name: 'department', description: 'The department.' }),
    attribute({
      name: 'manager',
      description: "The person's manager.",
      type: 'complex',
      storage: { in: 'parts' },
      subAttributes: [
        keptByEnterprise({ name: 'value', description: 'The id of the manager.', caseExact: true }, [
          'manager',
        ]),
        keptByEnterprise(
          {
            name: '$ref',
            description: 'The URI of the manager.',
            type: 'reference',
            caseExact: true,
            referenceTypes: ['User'],
          },
          ['manager'],
        ),
        readOnly({
          name: 'displayName',
          description: 'Read-only (RFC 7643 section 4.3) and not kept: the manager is read at the id.',
          storage: { in: 'nowhere' },
        }),
      ],
    }),
  ],
};
