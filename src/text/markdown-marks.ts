/** A styled line as people write it by hand: `**bold**`, `*italic*`, and so on. */

import { BOLD, ITALIC, MONOSPACE, STRIKE, UNDERLINE, type Line } from './spans.js';

/** Outermost first. Inside of code nothing else is marked. */
const SIGNS: readonly (readonly [mark: number, sign: string])[] = [
  [BOLD, '**'],
  [ITALIC, '*'],
  [UNDERLINE, '__'],
  [STRIKE, '~~'],
  [MONOSPACE, '`'],
];

/** Writes a line with signs around what is marked (FMT-9); signs close before the blanks at a run's end. Linear. */
export function writeMarks(line: Line): string {
  const open: (typeof SIGNS)[number][] = [];
  const out: string[] = [];
  let on = 0;
  let last = '';
  /** Closes down to the outermost sign that does not stay. */
  const close = (marks: number): void => {
    let staying = 0;
    while (staying < open.length && marks & (open[staying]?.[0] ?? 0)) staying++;
    if (staying === open.length) return;
    const words = last.trimEnd();
    let signs = '';
    while (open.length > staying) {
      const [mark, sign] = open.pop() ?? [0, ''];
      on &= ~mark;
      signs += sign;
    }
    out.push(words, signs);
    last = last.slice(words.length);
  };
  for (const { text, style } of line) {
    const marks = style.marks & MONOSPACE ? MONOSPACE : style.marks;
    if (marks !== on) {
      close(marks);
      let lead = 0;
      while (text.charCodeAt(lead) === 0x20) lead++;
      out.push(last, text.slice(0, lead));
      for (const each of SIGNS) {
        if (!(marks & each[0]) || on & each[0]) continue;
        open.push(each);
        on |= each[0];
        out.push(each[1]);
      }
      last = text.slice(lead);
    } else last += text;
  }
  close(0);
  return out.join('') + last;
}
