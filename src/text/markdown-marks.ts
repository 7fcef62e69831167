/** A styled line as people write it by hand: `*bold*`, `/italic/`, and so on. */

import { BOLD, ITALIC, MONOSPACE, STRIKE, UNDERLINE, type Line } from './spans.js';

/** Outermost first. Inside of code nothing else is marked. */
const SIGNS: readonly (readonly [number, string])[] = [
  [BOLD, '**'],
  [ITALIC, '*'],
  [UNDERLINE, '__'],
  [STRIKE, '~~'],
  [MONOSPACE, '`'],
];

/** Writes a line with signs around what is marked (FMT-9); signs close before the blanks at a run's end. Linear. */
export function writeMarks(line: Line): string {
  const out: string[] = [];
  let open: (readonly [number, string])[] = [];
  for (const { text, style } of line) {
    const marks = style.marks & MONOSPACE ? MONOSPACE : style.marks;
    const staying = open.findIndex(([mark]) => (marks & mark) === 0);
    const closing = staying < 0 ? [] : open.slice(staying);
    open = staying < 0 ? open : open.slice(0, staying);
    if (closing.length > 0) close(out, closing);
    const opening = SIGNS.filter(([mark]) => (marks & mark) !== 0 && !open.some(([other]) => other === mark));
    const lead = opening.length > 0 ? (/^ */u.exec(text)?.[0] ?? '') : '';
    out.push(lead, ...opening.map(([, sign]) => sign), text.slice(lead.length));
    open = [...open, ...opening];
  }
  close(out, open);
  return out.join('');
}

/** Puts the closing signs before blanks that end what was written last. */
function close(out: string[], closing: readonly (readonly [number, string])[]): void {
  const last = out.pop() ?? '';
  const words = last.trimEnd();
  out.push(words, ...closing.map(([, sign]) => sign).reverse(), last.slice(words.length));
}
