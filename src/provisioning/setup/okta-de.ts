import type { SetupText } from './setup-text.js';

/** Okta, in German. */
export const oktaDe: SetupText = {
  steps: [
    {
      title: 'API-Integration öffnen',
      text: 'Öffnen Sie in der Okta-Verwaltung Applications, wählen Sie die Anwendung, mit der sich Ihre Leute anmelden, dann den Reiter Provisioning, und klicken Sie auf Configure API Integration. Setzen Sie den Haken bei Enable API integration.',
    },
    {
      title: 'Zugangsdaten eintragen',
      text: 'Die Anwendung aus dem Okta-Katalog meldet sich mit Client-ID und Client-Secret an. Eine selbst angelegte Anwendung fragt stattdessen nach Basis-URL und Token; wählen Sie dort HTTP Header und als eindeutiges Feld userName.',
      fields: [
        ['Subdomain', 'slug'],
        ['Username', 'clientId'],
        ['Password', 'clientSecret'],
        ['SCIM connector base URL', 'baseUrl'],
        ['Authorization (HTTP Header)', 'token'],
      ],
    },
    {
      title: 'Testen und speichern',
      text: 'Klicken Sie auf Test API Credentials. Okta meldet Erfolg; speichern Sie dann.',
    },
    {
      title: 'Einschalten, was Okta darf',
      text: 'Klicken Sie unter Provisioning, To App auf Edit und schalten Sie Create Users, Update User Attributes und Deactivate Users ein. Lassen Sie die Kennwortsynchronisierung aus: Kennwörter werden nicht gespeichert.',
    },
    {
      title: 'Zuordnung prüfen',
      text: 'Vergleichen Sie die Attributzuordnung darunter mit der Liste auf dieser Seite. Benutzername und E-Mail müssen bei allen Zugewiesenen einen Wert haben.',
    },
    {
      title: 'Personen zuweisen',
      text: 'Weisen Sie auf dem Reiter Assignments Personen oder Gruppen zu. Jede Person wird hier sofort angelegt; wird die Zuweisung entfernt, wird sie deaktiviert und verlässt alle Gruppen.',
    },
    {
      title: 'Gruppen übertragen',
      text: 'Fügen Sie auf dem Reiter Push Groups jede Gruppe hinzu, die es hier geben soll, nach Namen oder nach Regel, mit Push group memberships immediately. Verwenden Sie für Zuweisungen und für die Übertragung verschiedene Gruppen; so empfiehlt es Okta.',
    },
  ],
  tests: [
    'Weisen Sie eine Person zu: Sie erscheint unter den Personen, verwaltet von dieser Verbindung, bis zur ersten Anmeldung ohne Lizenz.',
    'Übertragen Sie eine Gruppe mit dieser Person: Die Mitgliedschaft ist zuerst angenommen und gleich danach wirksam.',
    'Entfernen Sie die Zuweisung: Die Person ist deaktiviert und in keiner Gruppe.',
  ],
};
