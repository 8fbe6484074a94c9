import type { Language } from '../organizations/organization.entity.js';

/** What the pages of a forgotten password say. */
export interface PasswordTexts {
  forgot: string;
  forgotTitle: string;
  forgotText: string;
  forgotButton: string;
  sentText: string;
  chooseTitle: string;
  newPassword: string;
  chooseButton: string;
  changedTitle: string;
  changedText: string;
  overText: string;
}

/** By language. */
export const PASSWORD_TEXTS: Readonly<Record<Language, PasswordTexts>> = {
  en: {
    forgot: 'Forgot your password?',
    forgotTitle: 'Choose another password',
    forgotText: 'Enter the address you registered with. You will receive a link by mail.',
    forgotButton: 'Send the link',
    sentText:
      'If somebody with this address signs in here by password, we have written to them. The link in the mail works once and for one hour.',
    chooseTitle: 'Choose another password',
    newPassword: 'New password',
    chooseButton: 'Change the password',
    changedTitle: 'Your password was changed',
    changedText: 'You were signed out everywhere. Sign in with the new password.',
    overText: 'It has been used, has expired or was replaced by a newer one. Ask for another link.',
  },
  de: {
    forgot: 'Passwort vergessen?',
    forgotTitle: 'Neues Passwort wählen',
    forgotText:
      'Geben Sie die Adresse ein, mit der Sie registriert sind. Sie erhalten einen Link per E-Mail.',
    forgotButton: 'Link senden',
    sentText:
      'Wenn sich hier jemand mit dieser Adresse per Passwort anmeldet, haben wir dorthin geschrieben. Der Link gilt einmal und eine Stunde lang.',
    chooseTitle: 'Neues Passwort wählen',
    newPassword: 'Neues Passwort',
    chooseButton: 'Passwort ändern',
    changedTitle: 'Ihr Passwort wurde geändert',
    changedText: 'Sie wurden überall abgemeldet. Melden Sie sich mit dem neuen Passwort an.',
    overText:
      'Er wurde benutzt, ist abgelaufen oder wurde durch einen neueren ersetzt. Fordern Sie einen neuen an.',
  },
  ko: {
    forgot: '비밀번호를 잊으셨습니까?',
    forgotTitle: '새 비밀번호 선택',
    forgotText: '가입할 때 사용한 주소를 입력하십시오. 이메일로 링크를 보내 드립니다.',
    forgotButton: '링크 보내기',
    sentText:
      '이 주소로 비밀번호 로그인을 사용하는 분이 있으면 이메일을 보냈습니다. 링크는 한 시간 동안 한 번만 사용할 수 있습니다.',
    chooseTitle: '새 비밀번호 선택',
    newPassword: '새 비밀번호',
    chooseButton: '비밀번호 변경',
    changedTitle: '비밀번호가 변경되었습니다',
    changedText: '모든 기기에서 로그아웃되었습니다. 새 비밀번호로 로그인하십시오.',
    overText: '이미 사용되었거나 만료되었거나 새 링크로 바뀌었습니다. 새 링크를 요청하십시오.',
  },
};
