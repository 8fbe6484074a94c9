import type { Language } from '../../organizations/organization.entity.js';
import type { HealthReason } from './health.js';

/** What it is, and what to do about it. `{requests}`, `{problems}` and `{day}` are filled in. */
export const HEALTH_TEXTS: Readonly<
  Record<Language, Readonly<Record<HealthReason, readonly [string, string]>>>
> = {
  en: {
    plan: [
      'Provisioning is locked: it belongs to the Enterprise plan.',
      'Upgrade the plan, then start the set-up.',
    ],
    sso: [
      'Provisioning is locked: nobody could sign in, because no SSO connection is active.',
      'Connect SSO first, then start the set-up.',
    ],
    'no-connection': ['No identity provider is connected yet.', 'Start the set-up and choose your provider.'],
    'no-credential': [
      'The connection has no credential yet, so the provider cannot send anything.',
      'Generate the credentials and enter them at the provider.',
    ],
    waiting: [
      'Everything is ready here; the provider has not sent a request yet.',
      'Enter the credentials at the provider and run its connection test.',
    ],
    running: ['The provider is connected and its requests are accepted.', ''],
    problems: [
      '{problems} of the last {requests} requests were refused or failed.',
      'Read the refusals in the provisioning log: each says what to change. The mapping check names attributes at fault.',
    ],
    'credential-ends': [
      'The credential that the provider used last ends on {day}.',
      'Enter the newer credential at the provider before that day; if there is none, rotate this one.',
    ],
    'credentials-ended': [
      'Every credential of this connection has ended, so every request is refused.',
      'Issue a new credential and enter it at the provider.',
    ],
    disabled: [
      'The connection is switched off: its credentials are refused, its people and groups are editable here.',
      'Switch provisioning off at the provider too, or it goes on sending requests that are refused.',
    ],
  },
  de: {
    plan: [
      'Die Bereitstellung ist gesperrt: Sie gehört zum Enterprise-Tarif.',
      'Wechseln Sie den Tarif und beginnen Sie dann die Einrichtung.',
    ],
    sso: [
      'Die Bereitstellung ist gesperrt: Ohne aktive SSO-Verbindung könnte sich niemand anmelden.',
      'Richten Sie zuerst SSO ein und beginnen Sie dann die Einrichtung.',
    ],
    'no-connection': [
      'Es ist noch kein Identitätsanbieter verbunden.',
      'Beginnen Sie die Einrichtung und wählen Sie Ihren Anbieter.',
    ],
    'no-credential': [
      'Die Verbindung hat noch keine Zugangsdaten, der Anbieter kann also nichts senden.',
      'Erzeugen Sie die Zugangsdaten und tragen Sie sie beim Anbieter ein.',
    ],
    waiting: [
      'Hier ist alles bereit; vom Anbieter ist noch keine Anfrage gekommen.',
      'Tragen Sie die Zugangsdaten beim Anbieter ein und starten Sie dort den Verbindungstest.',
    ],
    running: ['Der Anbieter ist verbunden und seine Anfragen werden angenommen.', ''],
    problems: [
      '{problems} der letzten {requests} Anfragen wurden abgelehnt oder sind fehlgeschlagen.',
      'Lesen Sie die Ablehnungen im Bereitstellungsprotokoll: Jede sagt, was zu ändern ist. Die Prüfung der Zuordnung nennt fehlerhafte Attribute.',
    ],
    'credential-ends': [
      'Die Zugangsdaten, die der Anbieter zuletzt benutzt hat, enden am {day}.',
      'Tragen Sie vorher die neueren Zugangsdaten beim Anbieter ein; gibt es keine, tauschen Sie diese aus.',
    ],
    'credentials-ended': [
      'Alle Zugangsdaten dieser Verbindung sind beendet, jede Anfrage wird abgelehnt.',
      'Stellen Sie neue Zugangsdaten aus und tragen Sie sie beim Anbieter ein.',
    ],
    disabled: [
      'Die Verbindung ist ausgeschaltet: Ihre Zugangsdaten werden abgelehnt, Personen und Gruppen sind hier bearbeitbar.',
      'Schalten Sie die Bereitstellung auch beim Anbieter aus, sonst sendet er weiter Anfragen, die abgelehnt werden.',
    ],
  },
  ko: {
    plan: [
      '프로비저닝이 잠겨 있습니다. 엔터프라이즈 요금제에서만 사용할 수 있습니다.',
      '요금제를 업그레이드한 뒤 설정을 시작하세요.',
    ],
    sso: [
      '프로비저닝이 잠겨 있습니다. 활성화된 SSO 연결이 없어 아무도 로그인할 수 없습니다.',
      '먼저 SSO를 연결한 뒤 설정을 시작하세요.',
    ],
    'no-connection': ['아직 연결된 ID 공급자가 없습니다.', '설정을 시작하고 공급자를 선택하세요.'],
    'no-credential': [
      '이 연결에는 아직 자격 증명이 없어 공급자가 아무것도 보낼 수 없습니다.',
      '자격 증명을 생성해 공급자에 입력하세요.',
    ],
    waiting: [
      '이쪽 준비는 끝났지만 공급자가 아직 요청을 보내지 않았습니다.',
      '공급자에 자격 증명을 입력하고 연결 테스트를 실행하세요.',
    ],
    running: ['공급자가 연결되어 있고 요청이 정상적으로 처리됩니다.', ''],
    problems: [
      '최근 요청 {requests}건 중 {problems}건이 거부되었거나 실패했습니다.',
      '프로비저닝 로그에서 거부된 요청을 확인하세요. 각 항목에 수정할 내용이 나와 있습니다. 매핑 점검에서 문제가 있는 속성을 알 수 있습니다.',
    ],
    'credential-ends': [
      '공급자가 마지막으로 사용한 자격 증명이 {day}에 만료됩니다.',
      '그 전에 새 자격 증명을 공급자에 입력하세요. 새 자격 증명이 없다면 지금 교체하세요.',
    ],
    'credentials-ended': [
      '이 연결의 모든 자격 증명이 만료되거나 취소되어 모든 요청이 거부됩니다.',
      '새 자격 증명을 발급해 공급자에 입력하세요.',
    ],
    disabled: [
      '연결이 꺼져 있습니다. 자격 증명은 거부되며 사용자와 그룹은 여기에서 편집할 수 있습니다.',
      '공급자 쪽 프로비저닝도 끄세요. 끄지 않으면 거부되는 요청을 계속 보냅니다.',
    ],
  },
};
