import type { SetupText } from './setup-text.js';

/** Any other SCIM 2.0 client, in German. */
export const customDe: SetupText = {
  steps: [
    {
      title: 'Adresse eintragen',
      text: 'Ihr Programm spricht SCIM 2.0 (RFC 7643 und RFC 7644) über HTTPS mit der Basis-URL unten; daran schließen /Users und /Groups an. /ServiceProviderConfig, /Schemas und /ResourceTypes brauchen keine Zugangsdaten und sagen, was unterstützt wird.',
      fields: [['Basis-URL', 'baseUrl']],
    },
    {
      title: 'Anmelden',
      text: 'Senden Sie das Token in jeder Anfrage als Authorization: Bearer, gefolgt vom Token. Ein Programm, das nur HTTP Basic kann, sendet die Client-ID als Benutzernamen und das Client-Secret als Kennwort.',
      fields: [
        ['Authorization: Bearer', 'token'],
        ['Basic: Benutzername', 'clientId'],
        ['Basic: Kennwort', 'clientSecret'],
      ],
    },
    {
      title: 'Personen senden',
      text: 'Verwenden Sie den Medientyp application/scim+json. Suchen Sie jemanden mit filter=userName eq "...", bevor Sie die Person anlegen: Gibt es sie nicht, ist die Antwort 200 mit leerer Liste. Eine Person braucht die Pflichtattribute auf dieser Seite; alle anderen dürfen fehlen.',
    },
    {
      title: 'Gruppen senden',
      text: 'Legen Sie eine Gruppe mit ihrem displayName an und ändern Sie die Mitglieder mit PATCH. Die Antwort ist 204 ohne Inhalt, sobald die Änderung gespeichert ist; wirksam wird sie einen Moment später. Mitglieder sind die IDs, mit denen /Users geantwortet hat.',
    },
    {
      title: 'Personen entlassen',
      text: 'Setzen Sie active auf false, um jemanden zu deaktivieren, oder beenden Sie die Bereitstellung mit DELETE. Beides behält den Verlauf; personenbezogene Daten werden so nie gelöscht.',
    },
  ],
  tests: [
    'GET {baseUrl}/Users?count=1 mit den Zugangsdaten antwortet mit 200 und einer Liste.',
    'Legen Sie mit POST eine Person an und lesen Sie mit GET die Location der Antwort: Sie sagt, was Sie gesendet haben.',
    'Setzen Sie active mit PATCH auf false: Die Person kann sich nicht anmelden und ist in keiner Gruppe.',
  ],
};
