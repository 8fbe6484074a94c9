import type { RawBuilder } from 'kysely';

/** Whose data is being erased, as their row said until now. */
export interface ErasedPerson {
  organizationId: string;
  id: string;
  /** The folded forms of every address of theirs. */
  emailKeys: readonly string[];
  /** Texts that name nobody else: looked for where no id tells whom a text is about. */
  identities: readonly string[];
}

/** A column that may hold something about a person; any other column says why it does not. */
export const PERSONAL = 'personal';

/** A table with a column that can hold text, and what erasure (B38) does about it. */
export interface TableDecision {
  /** By column: `personal`, or why what it holds is nobody's. */
  readonly columns: Readonly<Record<string, string>>;
  /** Takes the person out of the table. Every table with a personal column has one; it must be served by an index. */
  readonly erase?: (person: ErasedPerson) => RawBuilder<unknown>;
}

/** Why a column that can hold text holds nothing of a person. */
export const WORD = 'one word of a fixed list';
export const OURS = 'made by us';
export const ABOUT_ORGANIZATION = 'about the organization';
export const IDS = 'ids, counts and names of attributes (kernel/audit)';
export const PROVIDER = "the provider's or an administrator's, about a group";
export const MACHINE = 'of a machine that acts for the organization';
export const REQUEST_ID = 'letters, digits, dots and hyphens (app)';
