import type { SetupText } from './setup-text.js';

/** Microsoft Entra ID, in German. */
export const entraDe: SetupText = {
  steps: [
    {
      title: 'Bereitstellung öffnen',
      text: 'Öffnen Sie im Microsoft Entra Admin Center die Unternehmensanwendungen, wählen Sie die Anwendung, mit der sich Ihre Leute anmelden, dann Bereitstellung, und stellen Sie den Bereitstellungsmodus auf Automatisch.',
    },
    {
      title: 'Zugangsdaten eintragen',
      text: 'Tragen Sie unter Administratoranmeldeinformationen ein, wohin und mit welchem Token gesendet wird.',
      fields: [
        ['Mandanten-URL', 'baseUrl'],
        ['Geheimes Token', 'token'],
      ],
    },
    {
      title: 'Testen und speichern',
      text: 'Klicken Sie auf Verbindung testen: Entra sucht jemanden, den es nicht gibt, und muss genau das erfahren. Speichern Sie dann. Sie können eine Adresse angeben, an die Entra seine eigenen Fehlermeldungen schickt.',
    },
    {
      title: 'Zuordnung der Benutzer prüfen',
      text: 'Öffnen Sie unter Zuordnungen die der Benutzer und vergleichen Sie sie mit der Liste der Attribute auf dieser Seite. Stehen Ihre Adressen in userPrincipalName, ordnen Sie dieses Feld der dienstlichen E-Mail zu. Der Ausdruck für active überträgt Deaktivierungen.',
    },
    {
      title: 'Genau vergleichen',
      text: 'Setzen Sie am Ende der Zuordnung den Haken bei Erweiterte Optionen anzeigen, bearbeiten Sie die Attributliste der Anwendung und wählen Sie bei id und userName die Beachtung der Groß- und Kleinschreibung (Exact case).',
    },
    {
      title: 'Umfang wählen',
      text: 'Legen Sie unter Einstellungen fest, ob nur zugewiesene Personen und Gruppen oder alle übertragen werden. Im ersten Fall weisen Sie sie unter Benutzer und Gruppen zu. Mitglieder verschachtelter Gruppen sendet Entra nicht.',
    },
    {
      title: 'Starten',
      text: 'Stellen Sie den Bereitstellungsstatus auf Ein. Der erste Durchlauf dauert am längsten; danach kommen Änderungen etwa alle 40 Minuten. Mit Bei Bedarf bereitstellen wird eine Person sofort übertragen.',
    },
  ],
  tests: [
    'Stellen Sie eine Person bei Bedarf bereit: Sie erscheint unter den Personen, verwaltet von dieser Verbindung, bis zur ersten Anmeldung ohne Lizenz.',
    'Weisen Sie eine Gruppe mit dieser Person zu und stellen Sie sie bei Bedarf bereit: Die Mitgliedschaft ist zuerst angenommen und gleich danach wirksam.',
    'Entfernen Sie die Zuweisung: Nach dem nächsten Durchlauf ist die Person deaktiviert und in keiner Gruppe.',
  ],
};
