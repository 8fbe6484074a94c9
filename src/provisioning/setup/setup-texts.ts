import type { Language } from '../../organizations/organization.entity.js';
import type { Provider } from '../scim-connection.entity.js';
import { customDe } from './custom-de.js';
import { customEn } from './custom-en.js';
import { customKo } from './custom-ko.js';
import { entraDe } from './entra-de.js';
import { entraEn } from './entra-en.js';
import { entraKo } from './entra-ko.js';
import { oktaDe } from './okta-de.js';
import { oktaEn } from './okta-en.js';
import { oktaKo } from './okta-ko.js';
import { oneloginDe } from './onelogin-de.js';
import { oneloginEn } from './onelogin-en.js';
import { oneloginKo } from './onelogin-ko.js';
import type { SetupText } from './setup-text.js';

/** One text for each provider and language. */
export const SETUP_TEXTS: Readonly<Record<Provider, Readonly<Record<Language, SetupText>>>> = {
  okta: { en: oktaEn, de: oktaDe, ko: oktaKo },
  entra: { en: entraEn, de: entraDe, ko: entraKo },
  onelogin: { en: oneloginEn, de: oneloginDe, ko: oneloginKo },
  custom: { en: customEn, de: customDe, ko: customKo },
};
