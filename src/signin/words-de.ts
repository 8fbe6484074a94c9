import type { Words } from './words.js';

/** The pages in German. */
export const GERMAN: Words = {
  askTitle: (name) => `Zugang zu ${name}`,
  askText:
    'Mit einer E-Mail-Adresse dieser Organisation können Sie um Zugang bitten. Sie erhalten einen Link per E-Mail.',
  closedText:
    'Zugang gibt es auf Einladung oder über Ihren Identitätsanbieter. Fragen Sie die Administration.',
  email: 'E-Mail-Adresse',
  askButton: 'Um Zugang bitten',
  checkMailTitle: 'Sehen Sie in Ihre E-Mails',
  checkMailText: 'Wir haben an diese Adresse geschrieben. Der Link gilt einmal und eine Stunde lang.',
  registerTitle: (name) => `Registrierung bei ${name}`,
  givenName: 'Vorname',
  familyName: 'Nachname',
  password: 'Passwort',
  passwordRule: (min, max) => `${min} bis ${max} Zeichen.`,
  registerButton: 'Registrieren',
  registeredTitle: (name) => `Willkommen bei ${name}`,
  registeredText: 'Sie sind registriert und können sich jetzt anmelden.',
  waitingTitle: 'Alle Lizenzen sind vergeben',
  waitingText:
    'Sie sind registriert und stehen auf der Warteliste. Sobald eine Lizenz frei wird, erhalten Sie sie und eine Nachricht.',
  contact: 'Fragen Sie hier:',
  notInvitedTitle: 'Nicht eingeladen',
  notInvitedText:
    'Mit Adressen dieser Domain kann man hier nicht um Zugang bitten. Bitten Sie die Administration um eine Einladung.',
  noLicenseTitle: 'Alle Lizenzen sind vergeben',
  noLicenseText: 'Zurzeit kann niemand mehr dazukommen. Fragen Sie die Administration der Organisation.',
  linkOverTitle: 'Dieser Link gilt nicht mehr',
  linkOverText:
    'Er wurde benutzt, ist abgelaufen oder wurde zurückgezogen. Bitten Sie noch einmal um Zugang, dann erhalten Sie einen neuen.',
  invitationOverText:
    'Er wurde benutzt, ist abgelaufen oder wurde durch einen neueren ersetzt. Bitten Sie um eine neue Einladung.',
  acceptedManagedText: 'Alles ist bereit. Sie melden sich über den Identitätsanbieter Ihrer Organisation an.',
  knownTitle: 'Sie sind schon registriert',
  knownText: 'Es wurde nichts geändert. Melden Sie sich an wie bisher, oder fragen Sie die Administration.',
  tooManyTitle: 'Zu viele Versuche',
  tooManyText: (minutes) =>
    `Versuchen Sie es in ${minutes} ${minutes === 1 ? 'Minute' : 'Minuten'} noch einmal.`,
  notFoundTitle: 'Hier ist nichts',
  notFoundText: 'Diese Adresse führt zu keiner Organisation. Prüfen Sie sie auf Tippfehler.',
  foreignTitle: 'Dieses Formular kommt von einer anderen Seite',
  foreignText: 'Öffnen Sie die Seite hier und füllen Sie sie noch einmal aus.',
  busyTitle: 'Einen Moment',
  busyText:
    'Der Dienst ist ausgelastet oder startet neu. Es wurde nichts geändert; versuchen Sie es in ein paar Sekunden noch einmal.',
  badEmail: 'Geben Sie eine einfache E-Mail-Adresse ein, etwa ada@acme.example.',
  badName: 'Geben Sie Vor- und Nachnamen ein, jeweils eine Zeile mit höchstens 100 Zeichen.',
  badPassword: (min, max) => `Wählen Sie ein Passwort mit ${min} bis ${max} Zeichen.`,
};
