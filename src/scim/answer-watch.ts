import type { ServerResponse } from 'node:http';
import type { Logger } from '../kernel/logger.js';

/** What is known about whether the answer to one request reaches its client (B16). */
export interface AnswerWatch {
  /** Whether the connection was closed before the answer was written. */
  isLost(): boolean;
  /** Runs `note` once, now or later, if that happens. Its failure is logged: the client is gone already. */
  ifLost(note: () => Promise<void>): void;
}

/** Watches from before the operation on: `finish` means that every byte was handed to the operating system. */
export function watchAnswer(raw: ServerResponse, logger: Logger): AnswerWatch {
  let isWritten = false;
  raw.once('finish', () => {
    isWritten = true;
  });
  const isLost = (): boolean => raw.destroyed && !isWritten;
  return {
    isLost,
    ifLost(note) {
      const run = (): void => {
        note().catch((error: unknown) => logger.warn({ err: error }, 'a lost answer was not noted'));
      };
      if (isLost()) run();
      else raw.once('close', () => isLost() && run());
    },
  };
}
