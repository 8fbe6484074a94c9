import type { Language } from '../../organizations/organization.entity.js';
import type { Provider } from '../scim-connection.entity.js';
import type { MappedAttribute } from './attributes.js';
import type { MappingState } from './check.js';
import { SOURCES } from './sources.js';

/** Where the provider keeps its mapping; `{source}` and `{attribute}` are filled in. */
const WHERE: Readonly<Record<Language, Readonly<Record<Provider, string>>>> = {
  en: {
    okta: 'In Okta open the application, Provisioning, To App, Attribute Mappings, and map {source} to {attribute}.',
    entra:
      'In Microsoft Entra open the application, Provisioning, Mappings, the mapping of users, and map {source} to {attribute}.',
    onelogin:
      'In OneLogin open the application, Configuration, SCIM JSON Template, and fill {attribute} with {source}; mark the parameter as included in user provisioning.',
    custom: 'Send {attribute} in every POST and PUT of a user, for example {source}.',
  },
  de: {
    okta: 'Öffnen Sie in Okta die Anwendung, dann Provisioning, To App, Attribute Mappings, und ordnen Sie {source} dem Attribut {attribute} zu.',
    entra:
      'Öffnen Sie in Microsoft Entra die Anwendung, dann Bereitstellung, Zuordnungen, die Zuordnung der Benutzer, und ordnen Sie {source} dem Attribut {attribute} zu.',
    onelogin:
      'Öffnen Sie in OneLogin die Anwendung, dann Configuration, SCIM JSON Template, und füllen Sie {attribute} mit {source}; nehmen Sie den Parameter in die Benutzerbereitstellung auf.',
    custom: 'Senden Sie {attribute} in jedem POST und PUT einer Person, zum Beispiel {source}.',
  },
  ko: {
    okta: 'Okta에서 애플리케이션의 Provisioning, To App, Attribute Mappings로 이동해 {source} 값을 {attribute}에 매핑하세요.',
    entra:
      'Microsoft Entra에서 애플리케이션의 프로비저닝, 매핑, 사용자 매핑으로 이동해 {source} 값을 {attribute}에 매핑하세요.',
    onelogin:
      'OneLogin에서 애플리케이션의 Configuration, SCIM JSON Template을 열고 {attribute}에 {source} 값을 넣은 뒤 해당 매개변수를 사용자 프로비저닝에 포함하세요.',
    custom: '사용자의 모든 POST와 PUT 요청에 {attribute} 값을 보내세요. 예: {source}',
  },
};

/** What the value must be, when it was something else. */
const MUST_BE: Readonly<Record<Language, Readonly<Record<MappedAttribute['type'], string>>>> = {
  en: {
    text: 'The value must be text of at most 256 characters, not a list or an object.',
    boolean: 'The value must be true or false (as text, True or False is understood too).',
    address: 'The value must be one plain e-mail address, without a name around it.',
  },
  de: {
    text: 'Der Wert muss Text mit höchstens 256 Zeichen sein, keine Liste und kein Objekt.',
    boolean: 'Der Wert muss true oder false sein (True oder False als Text wird auch verstanden).',
    address: 'Der Wert muss genau eine E-Mail-Adresse sein, ohne einen Namen davor.',
  },
  ko: {
    text: '값은 목록이나 객체가 아닌 256자 이하의 텍스트여야 합니다.',
    boolean: '값은 true 또는 false여야 합니다(텍스트 True, False도 인식합니다).',
    address: '값은 이름이 붙지 않은 이메일 주소 하나여야 합니다.',
  },
};

/** What to change at the provider, in its own words for things; empty when nothing is known to be wrong. */
export function adviceFor(
  state: MappingState,
  { path, type }: MappedAttribute,
  provider: Provider,
  language: Language,
): string {
  if (state === 'seen' || state === 'unknown') return '';
  const where = WHERE[language][provider]
    .replace('{source}', () => SOURCES[provider][path] ?? '')
    .replace('{attribute}', () => path);
  return state === 'wrong-type' ? `${MUST_BE[language][type]} ${where}` : where;
}
