/** Three digits that count, whatever the size. */
export function figure(number) {
  if (number === null || number === undefined || !Number.isFinite(number)) return '-';
  if (Math.abs(number) >= 100) return Math.round(number).toLocaleString('en');
  return Number(number.toPrecision(3)).toString();
}

export const megabytes = (bytes) => (bytes === undefined ? '-' : `${Math.round(bytes / 2 ** 20)} MiB`);

export const ratio = (number) =>
  number === null || number === undefined || !Number.isFinite(number) ? '-' : number.toFixed(2);

/** A Markdown table. */
export const table = (head, rows) =>
  [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
