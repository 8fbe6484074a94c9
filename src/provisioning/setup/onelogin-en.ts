import type { SetupText } from './setup-text.js';

/** OneLogin, in English. */
export const oneloginEn: SetupText = {
  steps: [
    {
      title: 'Enter the credentials',
      text: 'In the OneLogin administration open Applications, choose the application your people sign in with, then the Configuration tab. Enter the values and switch the API connection on.',
      fields: [
        ['SCIM Base URL', 'baseUrl'],
        ['SCIM Bearer Token', 'token'],
      ],
    },
    {
      title: 'Fill the template',
      text: 'The SCIM JSON Template on the same tab decides what is sent. Compare it with the list of attributes on this page; the user name, a work e-mail, active and externalId must be in it.',
    },
    {
      title: 'Switch provisioning on',
      text: 'On the Provisioning tab tick Enable provisioning, choose which actions need an approval, and let a deleted user be suspended or deleted: both deactivate the person here.',
    },
    {
      title: 'Let OneLogin see your groups',
      text: 'OneLogin builds its rules from groups that exist here. Switch on "let the provider see groups created here" for this connection, create the groups, then press Refresh in the Entitlements of the Provisioning tab.',
    },
    {
      title: 'Send groups along',
      text: 'On the Parameters tab open the field Groups and tick Include in User Provisioning.',
    },
    {
      title: 'Write the rules',
      text: 'On the Rules tab add a rule for each group: the condition says who, the action sets the group here from the existing ones. Save, then reapply the mappings.',
    },
    {
      title: 'Assign people',
      text: 'Give people the application by role or one by one; approve the pending ones under Users.',
    },
  ],
  tests: [
    'Assign one person: they appear under people, managed by this connection, without a license until they sign in.',
    'Let a rule put that person into a group: the membership shows as accepted and a moment later as active.',
    'Take the application away: the person is deactivated and in no group.',
  ],
};
