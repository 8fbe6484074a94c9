/** A statement as one connection knows it. */
export interface Prepared {
  /** Empty for one that is sent whole each time. */
  readonly name: string;
  isParsed: boolean;
  /** When it is parsed anew, by `performance.now()`. */
  readonly until: number;
  usedAt: number;
  columns: { name: string; read: (text: string) => unknown }[];
  /** A row in which every column is null. */
  blank: Readonly<Record<string, unknown>>;
}

/**
 * Statements one connection keeps parsed and planned; the one that was not used for the longest time goes first. The
 * product marks some forty, and a few more come from the shapes of look-ups that clients send.
 */
const MAX_PREPARED = 128;

/**
 * A plan that was made while a table was small is not kept for long when the table grows: PostgreSQL itself makes a new
 * one only after the next ANALYZE. Milliseconds, and up to twice as many: statements that were parsed together, in the
 * first seconds of a process, shall not be planned anew together.
 */
const PLAN_KEPT_MS = 60_000;

/** What a statement is about, for whoever reads `pg_prepared_statements` or a trace of the wire. */
const gistOf = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, 48).trim();

/** Goes whole each time, and is planned for the values it carries. */
export const unprepared = (): Prepared => ({
  name: '',
  isParsed: false,
  until: 0,
  usedAt: 0,
  columns: [],
  blank: {},
});

/** The prepared statements of one connection. Their plans are made with the settings every transaction has. */
class PreparedStatements {
  private readonly byText = new Map<string, Prepared>();
  private made = 0;

  find(text: string, forget: (name: string) => void): Prepared {
    const known = this.byText.get(text);
    const now = performance.now();
    if (known && now < known.until) {
      known.usedAt = now;
      return known;
    }
    if (known) forget(known.name);
    else if (this.byText.size === MAX_PREPARED) this.forgetOne(forget);
    this.made += 1;
    const until = now + PLAN_KEPT_MS * (1 + Math.random());
    const prepared = { ...unprepared(), name: `${gistOf(text)} #${this.made}`, until, usedAt: now };
    this.byText.set(text, prepared);
    return prepared;
  }

  private forgetOne(forget: (name: string) => void): void {
    let [longest] = this.byText;
    for (const entry of this.byText) if (!longest || entry[1].usedAt < longest[1].usedAt) longest = entry;
    if (!longest) return;
    this.byText.delete(longest[0]);
    forget(longest[1].name);
  }
}

const connections = new WeakMap<object, PreparedStatements>();

/** What one connection has prepared; it is forgotten with the connection. */
export function preparedOn(connection: object): PreparedStatements {
  const known = connections.get(connection) ?? new PreparedStatements();
  connections.set(connection, known);
  return known;
}
