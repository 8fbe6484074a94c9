import type { SetupText } from './setup-text.js';

/** Microsoft Entra ID, in English. */
export const entraEn: SetupText = {
  steps: [
    {
      title: 'Open provisioning',
      text: 'In the Microsoft Entra admin centre open Enterprise applications, choose the application your people sign in with, then Provisioning, and set the provisioning mode to Automatic.',
    },
    {
      title: 'Enter the credentials',
      text: 'Under Admin Credentials enter where to send requests and with which token.',
      fields: [
        ['Tenant URL', 'baseUrl'],
        ['Secret Token', 'token'],
      ],
    },
    {
      title: 'Test and save',
      text: 'Press Test Connection: Entra looks for somebody who does not exist and must be told so. Then save. You may enter an address to which Entra sends its own failure notices.',
    },
    {
      title: 'Check the mapping of users',
      text: 'Under Mappings open the mapping of users and compare with the list of attributes on this page. If addresses are kept in userPrincipalName, map that to the work e-mail. The expression for active is what carries deactivations over.',
    },
    {
      title: 'Compare exactly',
      text: 'At the end of the mapping tick Show advanced options, edit the attribute list of the application, and tick Exact case for id and userName.',
    },
    {
      title: 'Choose the scope',
      text: 'Under Settings choose whether only assigned people and groups are synchronised or everybody. With the first, assign them under Users and groups. Members of nested groups are not sent by Entra.',
    },
    {
      title: 'Start',
      text: 'Set the provisioning status to On. The first cycle takes longest; after it, changes arrive about every 40 minutes. Provision on demand sends one person at once.',
    },
  ],
  tests: [
    'Provision one person on demand: they appear under people, managed by this connection, without a license until they sign in.',
    'Assign a group with that person and provision it on demand: the membership shows as accepted and a moment later as active.',
    'Take the assignment away: at the next cycle the person is deactivated and in no group.',
  ],
};
