import { AskedTogether, type MakeManager } from './asked-together.js';
import type { WireResult, WireStatement } from './packet.js';
import type { SharedReads } from './shared-reads.js';
import type { TransactionOptions } from './transaction.js';

/** What only reads, and whose turn at the pool it is. */
export interface ReadOptions extends TransactionOptions {
  readonly share: string;
}

/**
 * A transaction that only reads never begins, and holds nothing between its packets: each sets the same settings and is a
 * transaction of its own. That shows it the same rows, since at READ COMMITTED each statement sees what is committed
 * when it starts (docs/decisions/0042).
 */
export class ReadTransaction extends AskedTogether {
  constructor(
    private readonly reads: SharedReads,
    private readonly options: ReadOptions,
    makeManager: MakeManager,
  ) {
    super(makeManager);
  }

  protected packet(statements: readonly WireStatement[]): Promise<WireResult[]> {
    return this.reads.send(this.options, statements);
  }
}
