import type { Dialect } from '../dialect.js';
import type { PushedPerson, Roster } from '../roster.js';

/** Somebody the provider can sign in. */
export interface Account {
  /** NameID and `sub`: what was pushed as externalId, so that whoever signs in is whom SCIM provisioned. */
  subject: string;
  email: string;
  givenName: string;
  familyName: string;
  title: string | null;
  active: boolean;
}

/** The people of a simulated provider, and the switch that takes somebody's access away. */
export interface Directory {
  /** At most `limit` people whose name or address holds the text, in the order they were pushed in. */
  find(text: string, limit: number): Account[];
  account(subject: string): Account | undefined;
  /** Deactivates or reactivates somebody here and over SCIM; rejects when the server did not take it. */
  setActive(subject: string, active: boolean): Promise<void>;
}

/** The company that was pushed, as the provider knows it after every change of the push; nobody until it has arrived. */
export class PushedCompany implements Directory {
  #pushed: { roster: Roster; dialect: Dialect } | undefined;

  /** From now on its people can sign in; `dialect` tells the server who may not any more. */
  arrive(roster: Roster, dialect: Dialect): void {
    this.#pushed = { roster, dialect };
  }

  find(text: string, limit: number): Account[] {
    const wanted = text.trim().toLowerCase();
    const found: Account[] = [];
    for (const [, account] of this.#accounts()) {
      if (found.length === limit) break;
      const spoken = `${account.givenName} ${account.familyName} ${account.email}`.toLowerCase();
      if (spoken.includes(wanted)) found.push(account);
    }
    return found;
  }

  account(subject: string): Account | undefined {
    for (const [, account] of this.#accounts()) if (account.subject === subject) return account;
    return undefined;
  }

  async setActive(subject: string, active: boolean): Promise<void> {
    for (const [pushed, account] of this.#accounts()) {
      if (account.subject !== subject || this.#pushed === undefined) continue;
      const { roster, dialect } = this.#pushed;
      await (active ? dialect.reactivate(pushed) : dialect.deactivate(pushed));
      roster.setActive(pushed.person.index, active);
    }
  }

  *#accounts(): Generator<[PushedPerson, Account]> {
    if (this.#pushed === undefined) return;
    const { roster, dialect } = this.#pushed;
    for (const pushed of roster.pushedPeople()) {
      const { index, email, givenName, familyName, title } = pushed.person;
      const subject = dialect.externalId(pushed.person);
      yield [pushed, { subject, email, givenName, familyName, title, active: roster.isActive(index) }];
    }
  }
}
