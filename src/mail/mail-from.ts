import { isEmailAddress } from '../kernel/email-address.js';

/** The sender of mails: the address itself, and the name that mail programs show. */
export interface MailSender {
  name: string;
  address: string;
}

/** What MAIL_FROM must look like, in a sentence for the operator. */
export const MAIL_FROM_FORM = "must be an address, or a name with one: 'Rollcall <no-reply@id.acme.example>'";

/** The parts of `address` or `Name <address>`; undefined for anything else. */
export function parseMailFrom(text: string): MailSender | undefined {
  const named = /^([^<>"\p{C}]*)<([^<>]+)>$/u.exec(text.trim());
  const [name, address] = named ? [named[1] ?? '', named[2] ?? ''] : ['', text.trim()];
  return isEmailAddress(address) ? { name: name.trim(), address } : undefined;
}

/** Whether mail can be sent in this name. */
export const isMailFrom = (text: string): boolean => parseMailFrom(text) !== undefined;
