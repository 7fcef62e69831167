/** Rows of a table as lines whose columns stand below each other (FMT-11). */

import { PLAIN, textOf, type Line, type Span } from './spans.js';

/** A line in cells; one cell is a line like any other. */
export type Row = readonly Line[];

const BETWEEN: Span = { text: ' | ', style: PLAIN };
/** Larger tables stay as they are: filling them up would multiply their length, and nobody reads them on IRC. */
const MOST_ROWS = 50;
const MOST_WIDTH = 80;
/** Characters that take no place, and those that take two in terminals. */
const NONE = /[\p{M}\p{Cf}]/gu;
const WIDE = /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\uff01-\uff60]/gu;

/** Lines of rows; of neighbours with several cells the columns are filled up to the widest. */
export function linesOf(rows: readonly Row[]): readonly Line[] {
  const lines: Line[] = [];
  for (let from = 0; from < rows.length;) {
    let to = from;
    while ((rows[to]?.length ?? 0) > 1) to++;
    const table = rows.slice(from, to);
    const widths = to - from > 1 && to - from <= MOST_ROWS ? widthsOf(table) : [];
    for (const row of table) lines.push(joined(row, widths));
    const alone = rows[to];
    if (alone) lines.push(alone[0] ?? []);
    from = to + 1;
  }
  return lines;
}

/** The width of each column but the last of a row; nothing when the table is too wide for a line. */
function widthsOf(table: readonly Row[]): readonly number[] {
  const widths: number[] = [];
  for (const row of table) {
    row.forEach((cell, at) => {
      widths[at] = Math.max(widths[at] ?? 0, widthOf(cell));
    });
  }
  return widths.reduce((sum, width) => sum + width, 0) > MOST_WIDTH ? [] : widths;
}

function widthOf(cell: Line): number {
  const text = textOf(cell).replace(NONE, '');
  return Array.from(text).length + (text.match(WIDE)?.length ?? 0);
}

function joined(row: Row, widths: readonly number[]): Line {
  return row.flatMap((cell, at) => {
    if (at === row.length - 1) return cell;
    const missing = Math.max(0, (widths[at] ?? 0) - (widths.length === 0 ? 0 : widthOf(cell)));
    return [...cell, ...(missing === 0 ? [] : [{ text: ' '.repeat(missing), style: PLAIN }]), BETWEEN];
  });
}
