import type { ServerResponse } from 'node:http';
import type { Logger } from '../kernel/logger.js';

/** What is known about whether the answer to one request reaches its client (B16). */
export interface AnswerWatch {
  /** Whether the connection was closed before the answer was written. */
  isLost(): boolean;
  /** Runs `note` once, now or later, if that happens. Its failure is logged: the client is gone already. */
  ifLost(note: () => Promise<void>): void;
}

/**
 * Watches from before the operation on: `finish` means that every byte was handed to the operating system. The notes of a bulk
 * request are taken one after another: a thousand at once would not be let in.
 */
export function watchAnswer(raw: ServerResponse, logger: Logger): AnswerWatch {
  let isWritten = false;
  raw.once('finish', () => {
    isWritten = true;
  });
  const isLost = (): boolean => raw.destroyed && !isWritten;
  const waiting: (() => Promise<void>)[] = [];
  let isNoting = false;
  async function noteAll(): Promise<void> {
    if (isNoting) return;
    isNoting = true;
    for (let note = waiting.shift(); note; note = waiting.shift()) {
      await note().catch((error: unknown) => logger.warn({ err: error }, 'a lost answer was not noted'));
    }
    isNoting = false;
  }
  raw.once('close', () => isLost() && noteAll());
  return {
    isLost,
    ifLost(note) {
      waiting.push(note);
      if (isLost()) void noteAll();
    },
  };
}
