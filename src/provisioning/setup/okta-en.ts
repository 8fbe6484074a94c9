import type { SetupText } from './setup-text.js';

/** Okta, in English. */
export const oktaEn: SetupText = {
  steps: [
    {
      title: 'Open the API integration',
      text: 'In the Okta admin console open Applications, choose the application your people sign in with, then the Provisioning tab, and press Configure API Integration. Tick Enable API integration.',
    },
    {
      title: 'Enter the credentials',
      text: 'The application of the Okta catalogue signs in with a client id and a client secret. An application you made yourself asks for a base URL and a token instead; choose HTTP Header there and userName as the unique identifier.',
      fields: [
        ['Subdomain', 'slug'],
        ['Username', 'clientId'],
        ['Password', 'clientSecret'],
        ['SCIM connector base URL', 'baseUrl'],
        ['Authorization (HTTP Header)', 'token'],
      ],
    },
    { title: 'Test and save', text: 'Press Test API Credentials. Okta reports success; then save.' },
    {
      title: 'Switch on what Okta may do',
      text: 'Under Provisioning, To App, press Edit and enable Create Users, Update User Attributes and Deactivate Users. Leave password synchronisation off: passwords are not kept.',
    },
    {
      title: 'Check the mapping',
      text: 'In the attribute mappings below, compare with the list of attributes on this page. User name and e-mail must have a value for everybody you assign.',
    },
    {
      title: 'Assign people',
      text: 'On the Assignments tab assign people or groups of people. Each is created here at once; taking the assignment away deactivates them and takes them out of every group.',
    },
    {
      title: 'Push groups',
      text: 'On the Push Groups tab add each group that should exist here, by name or by rule, with Push group memberships immediately. A group used for assignments should not be pushed as well: Okta advises to use two.',
    },
  ],
  tests: [
    'Assign one person: they appear under people, managed by this connection, without a license until they sign in.',
    'Push one group with that person: the membership shows as accepted and a moment later as active.',
    'Take the assignment away: the person is deactivated and in no group.',
  ],
};
