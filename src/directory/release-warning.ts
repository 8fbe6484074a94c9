import type { Language } from '../organizations/organization.entity.js';

const WARNING: Readonly<Record<Language, string>> = {
  en: 'The identity provider does not know of this: at its next push of this person it adopts them again. Take them out of the provisioning scope there too, or out of the groups that are assigned to the application.',
  de: 'Der Identitätsanbieter erfährt davon nichts: Sobald er diese Person das nächste Mal überträgt, übernimmt er sie wieder. Entfernen Sie die Person deshalb auch dort aus dem Umfang der Bereitstellung oder aus den Gruppen, die der Anwendung zugewiesen sind.',
  ko: 'ID 공급자는 이 변경을 알지 못합니다. 공급자가 이 사용자를 다시 전송하면 다시 SCIM 관리 대상이 됩니다. 공급자 쪽에서도 이 사용자를 프로비저닝 범위에서 제외하거나 애플리케이션에 할당된 그룹에서 제거하세요.',
};

/** What whoever releases somebody must know (B39), in the organization's language. */
export const releaseWarning = (language: Language = 'en'): string => WARNING[language];
