import type { ProgressEvent, ProgressListener } from './phases.js';

const BAR_WIDTH = 24;
const LINE_EVERY_SECONDS = 2;

/** What is written to; a terminal gets a bar that is drawn over, anything else plain lines. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** A listener that shows each phase on `output`: a bar per phase on a terminal, else a line every two seconds. */
export function showProgress(output: ProgressOutput): ProgressListener {
  let phase = '';
  let nextLineAt = 0;
  return (event) => {
    if (event.phase !== phase) {
      phase = event.phase;
      nextLineAt = LINE_EVERY_SECONDS;
    }
    if (output.isTTY === true) {
      output.write(`\r\u001b[2K${bar(event)} ${figures(event)}${event.finished ? '\n' : ''}`);
    } else if (event.finished || event.seconds >= nextLineAt) {
      nextLineAt = event.seconds + LINE_EVERY_SECONDS;
      output.write(`${event.phase}: ${figures(event)}${event.finished ? ', done' : ''}\n`);
    }
  };
}

function bar({ phase, done, total }: ProgressEvent): string {
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const filled = Math.round(share * BAR_WIDTH);
  return `${phase.padEnd(15)} [${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}]`;
}

function figures({ done, total, failed, seconds }: ProgressEvent): string {
  const rate = seconds > 0.05 ? `, ${Math.round(done / seconds)}/s` : '';
  return `${done}/${total}${rate}${failed === 0 ? '' : `, ${failed} failed`}, ${seconds.toFixed(1)} s`;
}
