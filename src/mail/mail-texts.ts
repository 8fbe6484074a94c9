import type { Language } from '../organizations/organization.entity.js';
import type { MailKind } from './queue-mail.js';

/** The words of one kind of mail in one language. The organization's name is text from outside. */
export interface MailText {
  subject(organization: string): string;
  intro(organization: string): string;
  /** Stands above the link. */
  action: string;
  /** What ends the mail; `hours` is how long its link works. */
  closing(hours: number): string;
}

const days = (hours: number): number => Math.round(hours / 24);

const ENGLISH: Readonly<Record<MailKind, MailText>> = {
  invitation: {
    subject: (organization) => `You are invited to ${organization}`,
    intro: (organization) => `${organization} invites you to join.`,
    action: 'Open this page to accept the invitation:',
    closing: (hours) =>
      `The link works once and for ${days(hours)} days. If you did not expect this mail, ignore it.`,
  },
  verification: {
    subject: (organization) => `Confirm your address for ${organization}`,
    intro: (organization) => `Somebody, probably you, asked for access to ${organization} with this address.`,
    action: 'Open this page to confirm the address:',
    closing: (hours) =>
      `The link works once and for ${hours === 1 ? 'one hour' : `${hours} hours`}. If it was not you, ignore this mail: nothing happens.`,
  },
  welcome: {
    subject: (organization) => `Welcome to ${organization}`,
    intro: (organization) => `${organization} has made an account for you.`,
    action: 'Sign in here:',
    closing: () => 'If you did not expect this mail, ask your administrator.',
  },
  'license-free': {
    subject: (organization) => `Your license for ${organization} is ready`,
    intro: (organization) => `A license of ${organization} has become free, and it is yours now.`,
    action: 'Sign in here:',
    closing: () => 'If you did not expect this mail, ask your administrator.',
  },
  'provider-sign-in': {
    subject: (organization) => `How to sign in to ${organization}`,
    intro: (organization) =>
      `Somebody, probably you, asked for access to ${organization} with this address. You have it already: you sign in with the identity provider of your organization.`,
    action: 'Begin here:',
    closing: () => 'If it was not you, ignore this mail: nothing happens.',
  },
  'password-reset': {
    subject: (organization) => `Choose another password for ${organization}`,
    intro: (organization) =>
      `Somebody, probably you, asked to choose another password for ${organization} with this address.`,
    action: 'Open this page to choose it:',
    closing: (hours) =>
      `The link works once and for ${hours === 1 ? 'one hour' : `${hours} hours`}. If it was not you, ignore this mail: your password stays as it is.`,
  },
  'password-changed': {
    subject: (organization) => `Your password for ${organization} was changed`,
    intro: (organization) =>
      `Your password for ${organization} has just been changed, and you were signed out everywhere.`,
    action: 'Sign in here:',
    closing: () => 'If it was not you, tell your administrator at once.',
  },
};

const GERMAN: Readonly<Record<MailKind, MailText>> = {
  invitation: {
    subject: (organization) => `Einladung zu ${organization}`,
    intro: (organization) => `${organization} lädt Sie ein, beizutreten.`,
    action: 'Öffnen Sie diese Seite, um die Einladung anzunehmen:',
    closing: (hours) =>
      `Der Link gilt einmal und ${days(hours)} Tage lang. Wenn Sie diese Nachricht nicht erwartet haben, ignorieren Sie sie.`,
  },
  verification: {
    subject: (organization) => `Bestätigen Sie Ihre Adresse für ${organization}`,
    intro: (organization) =>
      `Jemand, vermutlich Sie selbst, hat mit dieser Adresse um Zugang zu ${organization} gebeten.`,
    action: 'Öffnen Sie diese Seite, um die Adresse zu bestätigen:',
    closing: (hours) =>
      `Der Link gilt einmal und ${hours === 1 ? 'eine Stunde' : `${hours} Stunden`} lang. Wenn Sie das nicht waren, ignorieren Sie diese Nachricht: es geschieht nichts.`,
  },
  welcome: {
    subject: (organization) => `Willkommen bei ${organization}`,
    intro: (organization) => `${organization} hat ein Konto für Sie angelegt.`,
    action: 'Melden Sie sich hier an:',
    closing: () => 'Wenn Sie diese Nachricht nicht erwartet haben, fragen Sie Ihre Administration.',
  },
  'license-free': {
    subject: (organization) => `Ihre Lizenz für ${organization} ist da`,
    intro: (organization) => `Bei ${organization} ist eine Lizenz frei geworden, sie gehört jetzt Ihnen.`,
    action: 'Melden Sie sich hier an:',
    closing: () => 'Wenn Sie diese Nachricht nicht erwartet haben, fragen Sie Ihre Administration.',
  },
  'provider-sign-in': {
    subject: (organization) => `So melden Sie sich bei ${organization} an`,
    intro: (organization) =>
      `Jemand, vermutlich Sie selbst, hat mit dieser Adresse um Zugang zu ${organization} gebeten. Sie haben ihn schon: Sie melden sich über den Identitätsanbieter Ihrer Organisation an.`,
    action: 'Beginnen Sie hier:',
    closing: () => 'Wenn Sie das nicht waren, ignorieren Sie diese Nachricht: es geschieht nichts.',
  },
  'password-reset': {
    subject: (organization) => `Neues Passwort für ${organization}`,
    intro: (organization) =>
      `Jemand, vermutlich Sie selbst, möchte mit dieser Adresse ein neues Passwort für ${organization} wählen.`,
    action: 'Öffnen Sie diese Seite, um es zu wählen:',
    closing: (hours) =>
      `Der Link gilt einmal und ${hours === 1 ? 'eine Stunde' : `${hours} Stunden`} lang. Wenn Sie das nicht waren, ignorieren Sie diese Nachricht: Ihr Passwort bleibt, wie es ist.`,
  },
  'password-changed': {
    subject: (organization) => `Ihr Passwort für ${organization} wurde geändert`,
    intro: (organization) =>
      `Ihr Passwort für ${organization} wurde soeben geändert, und Sie wurden überall abgemeldet.`,
    action: 'Melden Sie sich hier an:',
    closing: () => 'Wenn Sie das nicht waren, sagen Sie es sofort Ihrer Administration.',
  },
};

const KOREAN: Readonly<Record<MailKind, MailText>> = {
  invitation: {
    subject: (organization) => `${organization} 초대장`,
    intro: (organization) => `${organization}에서 귀하를 초대합니다.`,
    action: '아래 페이지를 열어 초대를 수락하십시오.',
    closing: (hours) =>
      `이 링크는 한 번만 사용할 수 있으며 ${days(hours)}일 동안 유효합니다. 예상하지 못한 메일이라면 무시하십시오.`,
  },
  verification: {
    subject: (organization) => `${organization} 이메일 주소 확인`,
    intro: (organization) => `이 주소로 ${organization} 이용 요청이 접수되었습니다.`,
    action: '아래 페이지를 열어 주소를 확인하십시오.',
    closing: (hours) =>
      `이 링크는 한 번만 사용할 수 있으며 ${hours}시간 동안 유효합니다. 직접 요청하지 않았다면 이 메일을 무시하십시오. 아무 일도 일어나지 않습니다.`,
  },
  welcome: {
    subject: (organization) => `${organization}에 오신 것을 환영합니다`,
    intro: (organization) => `${organization}에서 귀하의 계정을 만들었습니다.`,
    action: '여기에서 로그인하십시오.',
    closing: () => '예상하지 못한 메일이라면 관리자에게 문의하십시오.',
  },
  'license-free': {
    subject: (organization) => `${organization} 라이선스가 준비되었습니다`,
    intro: (organization) => `${organization}의 라이선스가 귀하에게 배정되었습니다.`,
    action: '여기에서 로그인하십시오.',
    closing: () => '예상하지 못한 메일이라면 관리자에게 문의하십시오.',
  },
  'provider-sign-in': {
    subject: (organization) => `${organization} 로그인 안내`,
    intro: (organization) =>
      `이 주소로 ${organization} 이용 요청이 접수되었습니다. 이미 이용하실 수 있으며, 조직의 ID 공급자를 통해 로그인하시면 됩니다.`,
    action: '여기에서 시작하십시오.',
    closing: () => '직접 요청하지 않았다면 이 메일을 무시하십시오. 아무 일도 일어나지 않습니다.',
  },
  'password-reset': {
    subject: (organization) => `${organization} 비밀번호 재설정`,
    intro: (organization) => `이 주소로 ${organization} 비밀번호 재설정 요청이 접수되었습니다.`,
    action: '아래 페이지를 열어 새 비밀번호를 선택하십시오.',
    closing: (hours) =>
      `이 링크는 한 번만 사용할 수 있으며 ${hours}시간 동안 유효합니다. 직접 요청하지 않았다면 이 메일을 무시하십시오. 비밀번호는 그대로 유지됩니다.`,
  },
  'password-changed': {
    subject: (organization) => `${organization} 비밀번호가 변경되었습니다`,
    intro: (organization) => `${organization} 비밀번호가 방금 변경되었으며 모든 기기에서 로그아웃되었습니다.`,
    action: '여기에서 로그인하십시오.',
    closing: () => '직접 변경하지 않았다면 즉시 관리자에게 알리십시오.',
  },
};

/** The words of every mail, by the organization's language. */
export const MAIL_TEXTS: Readonly<Record<Language, Readonly<Record<MailKind, MailText>>>> = {
  en: ENGLISH,
  de: GERMAN,
  ko: KOREAN,
};
