interface Stored {
  payload: Record<string, unknown> & { uid?: string; userCode?: string; grantId?: string };
  expiresAt: number;
}

/**
 * Where the OpenID provider keeps sessions, codes and grants: in memory, and nowhere after the process. One for each kind
 * of thing, as the library asks for it.
 */
export class ForgetfulAdapter {
  readonly #kept = new Map<string, Stored>();

  async upsert(id: string, payload: Stored['payload'], expiresIn: number): Promise<void> {
    this.#kept.set(id, { payload, expiresAt: Date.now() + expiresIn * 1000 });
  }

  async find(id: string): Promise<Stored['payload'] | undefined> {
    const found = this.#kept.get(id);
    return found !== undefined && found.expiresAt > Date.now() ? found.payload : undefined;
  }

  async findByUid(uid: string): Promise<Stored['payload'] | undefined> {
    return [...this.#kept.values()].find(({ payload }) => payload.uid === uid)?.payload;
  }

  async findByUserCode(code: string): Promise<Stored['payload'] | undefined> {
    return [...this.#kept.values()].find(({ payload }) => payload.userCode === code)?.payload;
  }

  async consume(id: string): Promise<void> {
    const found = this.#kept.get(id);
    if (found !== undefined) found.payload.consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id: string): Promise<void> {
    this.#kept.delete(id);
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    for (const [id, { payload }] of this.#kept) if (payload.grantId === grantId) this.#kept.delete(id);
  }
}
