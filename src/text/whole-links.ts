/** Keeps addresses whole in which formatting begins or ends, since Matrix clients would link only a part (I2M-30). */

import type { Line, Span } from './spans.js';

const ADDRESS = /\bhttps?:\/\/[^\s<>"]+/gi;
/** What follows an address rather than belongs to it. */
const TRAILING = '.,;:!?\'"';

interface Range {
  readonly from: number;
  readonly to: number;
}

/** Makes links of the addresses that cross a border between runs; all else stays. `plain` is the text of the line. */
export function withWholeLinks(line: Line, plain: string): Line {
  const crossing = addresses(plain, borders(line));
  if (crossing.length === 0) return line;
  const out: Span[] = [];
  let at = 0;
  let next = 0;
  for (const { text, style } of line) {
    const end = at + text.length;
    while (at < end) {
      while ((crossing[next]?.to ?? Infinity) <= at) next++;
      const link = crossing[next];
      const inside = link !== undefined && link.from <= at;
      const to = Math.min(end, inside ? link.to : (link?.from ?? end));
      const piece = plain.slice(at, to);
      out.push({ text: piece, style: inside ? { ...style, href: plain.slice(link.from, link.to) } : style });
      at = to;
    }
  }
  return out;
}

/** Where one run ends and the next begins. */
function borders(line: Line): readonly number[] {
  let at = 0;
  return line.slice(0, -1).map(({ text }) => (at += text.length));
}

/** The addresses with a border inside. Addresses and borders both come in order, so one pass is enough. */
function addresses(plain: string, inOrder: readonly number[]): readonly Range[] {
  const found: Range[] = [];
  let border = 0;
  for (const match of plain.matchAll(ADDRESS)) {
    const to = match.index + lengthOf(match[0]);
    while ((inOrder[border] ?? Infinity) <= match.index) border++;
    if ((inOrder[border] ?? Infinity) < to) found.push({ from: match.index, to });
  }
  return found;
}

/** How much of a match is the address: without punctuation at its end and brackets that open before it. */
function lengthOf(match: string): number {
  let open = 0;
  for (const character of match) open += character === '(' ? 1 : character === ')' ? -1 : 0;
  let end = match.length;
  for (; end > 0; end--) {
    const last = match.charAt(end - 1);
    if (last === ')' && open < 0) open++;
    else if (!TRAILING.includes(last)) break;
  }
  return end;
}
