import type { Provider } from '../scim-connection.entity.js';

/** What each provider has for an attribute, by its path, in the provider's own words; these are no language's. */
export const SOURCES: Readonly<Record<Provider, Readonly<Record<string, string>>>> = {
  okta: {
    userName: 'user.login',
    'emails[type eq "work"].value': 'user.email',
    active: 'Deactivate Users',
    externalId: 'user.getInternalProperty("id")',
    'name.givenName': 'user.firstName',
    'name.familyName': 'user.lastName',
    title: 'user.title',
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber': 'user.employeeNumber',
  },
  entra: {
    userName: 'userPrincipalName',
    'emails[type eq "work"].value': 'mail',
    active: 'Switch([IsSoftDeleted], , "False", "True", "True", "False")',
    externalId: 'objectId',
    'name.givenName': 'givenName',
    'name.familyName': 'surname',
    title: 'jobTitle',
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber': 'employeeId',
  },
  onelogin: {
    userName: '{$user.email}',
    'emails[type eq "work"].value': '{$user.email}',
    active: '{$user.active}',
    externalId: '{$user.id}',
    'name.givenName': '{$user.firstname}',
    'name.familyName': '{$user.lastname}',
    title: '{$user.title}',
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber': '{$user.employee_number}',
  },
  custom: {
    userName: 'ada@example.org',
    'emails[type eq "work"].value': 'ada@example.org',
    active: 'true',
    externalId: '4711',
    'name.givenName': 'Ada',
    'name.familyName': 'Lovelace',
    title: 'Engineer',
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber': '4711',
  },
};
