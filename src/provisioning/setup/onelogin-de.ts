import type { SetupText } from './setup-text.js';

/** OneLogin, in German. */
export const oneloginDe: SetupText = {
  steps: [
    {
      title: 'Zugangsdaten eintragen',
      text: 'Öffnen Sie in der OneLogin-Verwaltung Applications, wählen Sie die Anwendung, mit der sich Ihre Leute anmelden, dann den Reiter Configuration. Tragen Sie die Werte ein und schalten Sie die API-Verbindung ein.',
      fields: [
        ['SCIM Base URL', 'baseUrl'],
        ['SCIM Bearer Token', 'token'],
      ],
    },
    {
      title: 'Vorlage füllen',
      text: 'Das SCIM JSON Template auf demselben Reiter bestimmt, was gesendet wird. Vergleichen Sie es mit der Liste der Attribute auf dieser Seite; Benutzername, dienstliche E-Mail, active und externalId müssen darin stehen.',
    },
    {
      title: 'Bereitstellung einschalten',
      text: 'Setzen Sie auf dem Reiter Provisioning den Haken bei Enable provisioning, wählen Sie, was eine Freigabe braucht, und lassen Sie gelöschte Personen sperren oder löschen: Beides deaktiviert sie hier.',
    },
    {
      title: 'OneLogin Ihre Gruppen zeigen',
      text: 'OneLogin baut seine Regeln aus Gruppen, die es hier gibt. Schalten Sie für diese Verbindung ein, dass der Anbieter hier angelegte Gruppen sieht, legen Sie die Gruppen an und klicken Sie auf dem Reiter Provisioning unter Entitlements auf Refresh.',
    },
    {
      title: 'Gruppen mitsenden',
      text: 'Öffnen Sie auf dem Reiter Parameters das Feld Groups und setzen Sie den Haken bei Include in User Provisioning.',
    },
    {
      title: 'Regeln schreiben',
      text: 'Fügen Sie auf dem Reiter Rules für jede Gruppe eine Regel hinzu: Die Bedingung sagt, wen sie betrifft, die Aktion setzt die Gruppe hier aus den vorhandenen. Speichern Sie und wenden Sie die Zuordnungen erneut an.',
    },
    {
      title: 'Personen zuweisen',
      text: 'Geben Sie die Anwendung über Rollen oder einzeln frei und genehmigen Sie wartende Personen unter Users.',
    },
  ],
  tests: [
    'Weisen Sie eine Person zu: Sie erscheint unter den Personen, verwaltet von dieser Verbindung, bis zur ersten Anmeldung ohne Lizenz.',
    'Lassen Sie eine Regel diese Person in eine Gruppe setzen: Die Mitgliedschaft ist zuerst angenommen und gleich danach wirksam.',
    'Entziehen Sie die Anwendung: Die Person ist deaktiviert und in keiner Gruppe.',
  ],
};
