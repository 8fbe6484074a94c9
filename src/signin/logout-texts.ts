import type { Language } from '../organizations/organization.entity.js';

/** What the pages of signing out at the provider say. */
export interface LogoutTexts {
  signedOutHere: string;
  there: (provider: string) => string;
  onlyHere: string;
  refusedTitle: string;
  refused: string;
}

/** By language. */
export const LOGOUT_TEXTS: Readonly<Record<Language, LogoutTexts>> = {
  en: {
    signedOutHere: 'You are signed out here.',
    there: (provider) => `Sign out at ${provider} too`,
    onlyHere:
      'You are signed out here. Your identity provider did not confirm that you are signed out there.',
    refusedTitle: 'This message was not accepted',
    refused: 'Nobody was signed out by it. To sign out here, use the button on your page.',
  },
  de: {
    signedOutHere: 'Sie sind hier abgemeldet.',
    there: (provider) => `Auch bei ${provider} abmelden`,
    onlyHere:
      'Sie sind hier abgemeldet. Ihr Identitätsanbieter hat nicht bestätigt, dass Sie auch dort abgemeldet sind.',
    refusedTitle: 'Diese Nachricht wurde nicht angenommen',
    refused:
      'Niemand wurde dadurch abgemeldet. Um sich hier abzumelden, benutzen Sie die Schaltfläche auf Ihrer Seite.',
  },
  ko: {
    signedOutHere: '여기에서 로그아웃되었습니다.',
    there: (provider) => `${provider}에서도 로그아웃`,
    onlyHere: '여기에서 로그아웃되었습니다. ID 공급자가 로그아웃을 확인하지 않았습니다.',
    refusedTitle: '이 메시지는 수락되지 않았습니다',
    refused: '로그아웃된 사람이 없습니다. 로그아웃하려면 내 페이지의 버튼을 사용하십시오.',
  },
};
