import type { Words } from './words.js';

/** The pages in English. */
export const ENGLISH: Words = {
  askTitle: (name) => `Access to ${name}`,
  askText:
    'With an e-mail address of this organization you can ask for access. You will receive a link by mail.',
  closedText: 'You get access by an invitation, or from your identity provider. Ask an administrator.',
  email: 'E-mail address',
  askButton: 'Ask for access',
  checkMailTitle: 'Check your mail',
  checkMailText: 'We have written to this address. The link in the mail works once and for one hour.',
  registerTitle: (name) => `Register at ${name}`,
  givenName: 'First name',
  familyName: 'Last name',
  password: 'Password',
  passwordRule: (min, max) => `${min} to ${max} characters.`,
  registerButton: 'Register',
  registeredTitle: (name) => `Welcome to ${name}`,
  registeredText: 'You are registered. You can sign in now.',
  waitingTitle: 'All licenses are taken',
  waitingText:
    'You are registered and stand in line. As soon as a license is free you get it, and we write to you.',
  contact: 'Whom to ask:',
  notInvitedTitle: 'Not invited',
  notInvitedText:
    'Addresses of this domain cannot ask for access here. Ask an administrator of the organization to invite you.',
  noLicenseTitle: 'All licenses are taken',
  noLicenseText: 'At the moment nobody else can be let in. Ask an administrator of the organization.',
  linkOverTitle: 'This link no longer works',
  linkOverText:
    'It has been used, has expired or was withdrawn. Ask for access again to receive another one.',
  invitationOverText:
    'It has been used, has expired or was replaced by a newer one. Ask whoever invited you to send the invitation again.',
  acceptedManagedText: 'Everything is ready. You sign in with the identity provider of your organization.',
  knownTitle: 'You are registered already',
  knownText: 'Nothing was changed. Sign in as you did before, or ask an administrator of the organization.',
  tooManyTitle: 'Too many attempts',
  tooManyText: (minutes) => `Try again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`,
  notFoundTitle: 'Nothing here',
  notFoundText: 'This address leads to no organization. Check it for typing errors.',
  foreignTitle: 'This form comes from another site',
  foreignText: 'Open the page here and fill it in again.',
  busyTitle: 'One moment',
  busyText: 'The service is busy or restarting. Nothing was changed; try again in a few seconds.',
  badEmail: 'Enter one plain e-mail address, such as ada@acme.example.',
  badName: 'Enter your first and last name, each in one line of at most 100 characters.',
  badPassword: (min, max) => `Choose a password of ${min} to ${max} characters.`,
};
