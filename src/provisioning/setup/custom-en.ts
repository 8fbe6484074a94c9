import type { SetupText } from './setup-text.js';

/** Any other SCIM 2.0 client, in English. */
export const customEn: SetupText = {
  steps: [
    {
      title: 'Point the client here',
      text: 'Your client speaks SCIM 2.0 (RFC 7643 and RFC 7644) over HTTPS with the base URL below; /Users and /Groups follow it. /ServiceProviderConfig, /Schemas and /ResourceTypes need no credential and say what is supported.',
      fields: [['Base URL', 'baseUrl']],
    },
    {
      title: 'Authenticate',
      text: 'Send the token in every request as Authorization: Bearer followed by the token. A client that can only do HTTP Basic sends the client id as the user name and the client secret as the password.',
      fields: [
        ['Authorization: Bearer', 'token'],
        ['Basic: user name', 'clientId'],
        ['Basic: password', 'clientSecret'],
      ],
    },
    {
      title: 'Send people',
      text: 'Use the media type application/scim+json. Before you create somebody, look for them with filter=userName eq "...": the answer is 200 with an empty list when nobody is there. A person needs the required attributes on this page; all others may be left out.',
    },
    {
      title: 'Send groups',
      text: 'Create a group with its displayName, then add and remove members with PATCH. The answer is 204 without a body as soon as the change is kept; it takes effect a moment later. Members are the ids that /Users answered.',
    },
    {
      title: 'Let people go',
      text: 'Set active to false to deactivate somebody, or DELETE them to end their provisioning. Both keep the history; neither erases personal data.',
    },
  ],
  tests: [
    'GET {baseUrl}/Users?count=1 with the credential answers 200 and a list.',
    'POST one person, then GET the Location of the answer: it says what you sent.',
    'PATCH active to false: the person cannot sign in and is in no group.',
  ],
};
