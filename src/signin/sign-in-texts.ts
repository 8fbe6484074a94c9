import type { RefusalReason } from '../access/sign-in-refusal.js';
import type { Language } from '../organizations/organization.entity.js';

/** What the pages of signing in say. */
export interface SignInTexts {
  signIn: string;
  to: (organization: string) => string;
  with: (connection: string) => string;
  email: string;
  password: string;
  submit: string;
  signedInAs: (name: string) => string;
  signOut: string;
  signedOut: string;
  failed: string;
  tryAgain: string;
  reference: (id: string) => string;
  because: Partial<Record<RefusalReason, string>>;
  otherwise: string;
  notFound: string;
}

const en: SignInTexts = {
  signIn: 'Sign in',
  to: (organization) => `Sign in to ${organization}`,
  with: (connection) => `Continue with ${connection}`,
  email: 'E-mail address',
  password: 'Password',
  submit: 'Sign in',
  signedInAs: (name) => `You are signed in as ${name}.`,
  signOut: 'Sign out',
  signedOut: 'You are signed out.',
  failed: 'You could not be signed in',
  tryAgain: 'Try again',
  reference: (id) => `If you ask your administrator for help, quote this reference: ${id}`,
  because: {
    no_license:
      'All licenses of your organization are taken. Ask an administrator of your organization for one.',
    waiting_for_license: 'All licenses are taken at the moment. You are in line for the next one.',
    deactivated: 'Your access has ended. Ask an administrator of your organization.',
    not_invited: 'You have not been invited to this organization. Ask an administrator to invite you.',
    email_taken:
      'Somebody has your e-mail address here already. Ask an administrator to link your sign-in to it.',
    needs_link: 'An administrator has to link your sign-in before you can use it.',
    wrong_password: 'The e-mail address or the password is wrong.',
    too_many_attempts: 'Too many attempts. Wait a quarter of an hour and try again.',
    unknown_request: 'This sign-in took too long or was used before. Start again.',
    other_browser: 'This sign-in was started in another browser, or cookies are blocked. Start again here.',
    provider_start_off: 'Signing in has to be started on this page.',
    provider_unreachable: 'Your identity provider does not answer. Try again in a minute.',
  },
  otherwise: 'Your identity provider sent an answer that was not accepted. Your administrator can see why.',
  notFound: 'There is no such page. Check the address.',
};

const de: SignInTexts = {
  signIn: 'Anmelden',
  to: (organization) => `Bei ${organization} anmelden`,
  with: (connection) => `Weiter mit ${connection}`,
  email: 'E-Mail-Adresse',
  password: 'Passwort',
  submit: 'Anmelden',
  signedInAs: (name) => `Sie sind als ${name} angemeldet.`,
  signOut: 'Abmelden',
  signedOut: 'Sie sind abgemeldet.',
  failed: 'Die Anmeldung ist nicht gelungen',
  tryAgain: 'Noch einmal versuchen',
  reference: (id) => `Wenn Sie Ihre Administration um Hilfe bitten, nennen Sie dieses Zeichen: ${id}`,
  because: {
    no_license: 'Alle Lizenzen Ihrer Organisation sind vergeben. Bitten Sie Ihre Administration um eine.',
    waiting_for_license: 'Zurzeit sind alle Lizenzen vergeben. Sie stehen in der Reihe für die nächste.',
    deactivated: 'Ihr Zugang ist beendet. Wenden Sie sich an Ihre Administration.',
    not_invited: 'Sie sind zu dieser Organisation nicht eingeladen. Bitten Sie Ihre Administration darum.',
    email_taken:
      'Ihre E-Mail-Adresse gehört hier schon jemandem. Bitten Sie Ihre Administration, Ihre Anmeldung damit zu verbinden.',
    needs_link: 'Ihre Administration muss Ihre Anmeldung zuerst verbinden.',
    wrong_password: 'Die E-Mail-Adresse oder das Passwort ist falsch.',
    too_many_attempts: 'Zu viele Versuche. Warten Sie eine Viertelstunde.',
    unknown_request:
      'Die Anmeldung hat zu lange gedauert oder wurde schon benutzt. Beginnen Sie noch einmal.',
    other_browser:
      'Die Anmeldung wurde in einem anderen Browser begonnen, oder Cookies sind gesperrt. Beginnen Sie hier noch einmal.',
    provider_start_off: 'Die Anmeldung muss auf dieser Seite begonnen werden.',
    provider_unreachable:
      'Ihr Identitätsanbieter antwortet nicht. Versuchen Sie es in einer Minute noch einmal.',
  },
  otherwise:
    'Die Antwort Ihres Identitätsanbieters wurde nicht angenommen. Ihre Administration sieht den Grund.',
  notFound: 'Diese Seite gibt es nicht. Prüfen Sie die Adresse.',
};

const ko: SignInTexts = {
  signIn: '로그인',
  to: (organization) => `${organization}에 로그인`,
  with: (connection) => `${connection}(으)로 계속하기`,
  email: '이메일 주소',
  password: '비밀번호',
  submit: '로그인',
  signedInAs: (name) => `${name} 님으로 로그인되어 있습니다.`,
  signOut: '로그아웃',
  signedOut: '로그아웃되었습니다.',
  failed: '로그인하지 못했습니다',
  tryAgain: '다시 시도',
  reference: (id) => `관리자에게 문의할 때 다음 번호를 알려 주세요: ${id}`,
  because: {
    no_license: '조직의 라이선스가 모두 사용 중입니다. 조직 관리자에게 요청하세요.',
    waiting_for_license: '현재 라이선스가 모두 사용 중입니다. 다음 라이선스를 기다리고 있습니다.',
    deactivated: '접근 권한이 종료되었습니다. 조직 관리자에게 문의하세요.',
    not_invited: '이 조직에 초대되지 않았습니다. 관리자에게 초대를 요청하세요.',
    email_taken: '이 이메일 주소는 이미 사용 중입니다. 관리자에게 로그인 연결을 요청하세요.',
    needs_link: '관리자가 먼저 로그인을 연결해야 합니다.',
    wrong_password: '이메일 주소 또는 비밀번호가 올바르지 않습니다.',
    too_many_attempts: '시도 횟수가 너무 많습니다. 15분 후에 다시 시도하세요.',
    unknown_request: '로그인 시간이 초과되었거나 이미 사용되었습니다. 다시 시작하세요.',
    other_browser:
      '다른 브라우저에서 시작한 로그인이거나 쿠키가 차단되어 있습니다. 여기에서 다시 시작하세요.',
    provider_start_off: '로그인은 이 페이지에서 시작해야 합니다.',
    provider_unreachable: 'ID 공급자가 응답하지 않습니다. 잠시 후 다시 시도하세요.',
  },
  otherwise: 'ID 공급자의 응답이 수락되지 않았습니다. 관리자가 이유를 확인할 수 있습니다.',
  notFound: '페이지를 찾을 수 없습니다. 주소를 확인하세요.',
};

/** By language. */
export const SIGN_IN_TEXTS: Readonly<Record<Language, SignInTexts>> = { en, de, ko };
