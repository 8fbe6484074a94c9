import { createHash } from 'node:crypto';
import { CULTURES, DEPARTMENTS, latin, native, TITLES } from './names.js';

/** A made-up employee as every provider knows one; each dialect writes it in its own words. */
export interface Person {
  readonly index: number;
  readonly userName: string;
  readonly email: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly title: string | null;
  readonly department: string;
  readonly locale: string;
  /** The number on the pay slip: unique in the run, never changed. */
  readonly employeeNumber: string;
}

export interface Group {
  readonly index: number;
  readonly displayName: string;
  /** The provider's own object id, a GUID that is the same whenever the seed is. */
  readonly guid: string;
}

export type PersonChange = Partial<Pick<Person, 'userName' | 'email' | 'givenName' | 'familyName' | 'title'>>;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** The member of the list that 16 bits of the digest point at; the digest has room for sixteen choices. */
function choose<T>(list: readonly T[], bits: Buffer, choice: number): T {
  const chosen = list[bits.readUInt16BE(choice * 2) % list.length];
  if (chosen === undefined) throw new RangeError('nothing to choose from');
  return chosen;
}

/**
 * The made-up company of one run. Every person and group is a pure function of the seed and a number, so nothing is
 * held however many there are, the same seed pushes the same company again, and two seeds never share a login,
 * an address, an employee number or a group name.
 */
export class Company {
  /** Eight characters of the seed's digest, part of everything that must be unique. */
  readonly suffix: string;
  readonly domain: string;

  constructor(readonly seed: string) {
    this.suffix = digest(`company ${seed}`).toString('hex').slice(0, 8);
    this.domain = `kestrel-${this.suffix}.example`;
  }

  person(index: number): Person {
    const bits = digest(`${this.seed} person ${index}`);
    const culture = choose(CULTURES, bits, 0);
    const given = choose(culture.given, bits, 1);
    const family = choose(culture.family, bits, 2);
    const local = `${latin(given)}.${latin(family)}.${index.toString(36)}`;
    // One address in six has a plus sign and one login in three keeps its capitals, as in real directories.
    const tag = bits.readUInt8(8) % 6 === 0 ? '+work' : '';
    const mixedCase = bits.readUInt8(9) % 3 === 0;
    const login = `${local}@${this.domain}`;
    return {
      index,
      userName: mixedCase ? login : login.toLowerCase(),
      email: `${local.toLowerCase()}${tag}@${this.domain}`,
      givenName: native(given),
      familyName: native(family),
      title: bits.readUInt8(10) % 5 === 0 ? null : choose(TITLES, bits, 6),
      department: choose(DEPARTMENTS, bits, 7),
      locale: culture.locale,
      employeeNumber: `${100_000 + index}-${this.suffix}`,
    };
  }

  group(index: number): Group {
    const bits = digest(`${this.seed} group ${index}`);
    return {
      index,
      displayName: `${choose(DEPARTMENTS, bits, 0)} ${index + 1} ${this.suffix}`,
      guid: this.guid(`group ${index}`),
    };
  }

  /** A GUID (version 4 in form) that is always the same for this seed and label. */
  guid(label: string): string {
    const hex = digest(`${this.seed} guid ${label}`).toString('hex');
    const variant = '89ab'.charAt(Number.parseInt(hex.charAt(16), 16) % 4);
    return [
      hex.slice(0, 8),
      hex.slice(8, 12),
      `4${hex.slice(13, 16)}`,
      `${variant}${hex.slice(17, 20)}`,
      hex.slice(20, 32),
    ].join('-');
  }

  /**
   * The people a group starts with: `size` different numbers below `people`, spread by a stride that has no common
   * factor with `people`, so no set has to be kept to avoid repeats.
   */
  *startingMembers(group: number, people: number, size: number): Generator<number> {
    if (people === 0) return;
    const bits = digest(`${this.seed} members ${group}`);
    let stride = 1 + (bits.readUInt32BE(0) % people);
    while (commonFactor(stride, people) > 1) stride += 1;
    const start = bits.readUInt32BE(4) % people;
    for (let step = 0; step < Math.min(size, people); step += 1) yield (start + step * stride) % people;
  }

  /** What becomes of a person whose name changes at marriage: family name, address and, for one in three, login. */
  renamed(person: Person): PersonChange {
    const bits = digest(`${this.seed} marriage ${person.index}`);
    const added = choose(choose(CULTURES, bits, 0).family, bits, 1);
    const change = { familyName: `${person.familyName}-${native(added)}` };
    if (bits.readUInt8(8) % 3 !== 0) return change;
    const login = `${latin(added).toLowerCase()}.${person.index.toString(36)}.new@${this.domain}`;
    return { ...change, userName: login, email: login };
  }

  /** Another title than the person has. */
  promoted(person: Person): PersonChange {
    const bits = digest(`${this.seed} promotion ${person.index}`);
    const title = choose(TITLES, bits, 0);
    return { title: title === person.title ? `Deputy ${title}` : title };
  }

  /** A new address; the login stays. */
  readdressed(person: Person): PersonChange {
    return { email: `moved.${person.index.toString(36)}+new@${this.domain}` };
  }
}

function commonFactor(a: number, b: number): number {
  return b === 0 ? a : commonFactor(b, a % b);
}
