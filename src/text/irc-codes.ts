/** mIRC control codes to styled runs and back (modern.ircdocs.horse/formatting). */

import { numberOf } from './colours.js';
import {
  BOLD,
  ITALIC,
  MONOSPACE,
  PLAIN,
  REVERSE,
  SpanList,
  STRIKE,
  UNDERLINE,
  isPlain,
  sameStyle,
  type Colour,
  type Line,
  type Style,
} from './spans.js';

const COLOUR = '\x03';
const HEX = '\x04';
const RESET = '\x0f';
/** Two toggles that undo each other: they keep a digit or comma of the text out of a colour code (FMT-2). */
const FENCE = '\x02\x02';

const TOGGLES: readonly (readonly [number, string])[] = [
  [BOLD, '\x02'],
  [ITALIC, '\x1d'],
  [UNDERLINE, '\x1f'],
  [STRIKE, '\x1e'],
  [MONOSPACE, '\x11'],
  [REVERSE, '\x16'],
];
const MARK_OF: ReadonlyMap<string, number> = new Map(TOGGLES.map(([mark, code]): [string, number] => [code, mark]));

/** The nine codes; everything between two of them is text. */
const ANY_CODE = /[\x02\x03\x04\x0f\x11\x16\x1d\x1e\x1f]/g;
const NUMBERS = /(\d{1,2})(?:,(\d{1,2}))?/y;
const HEXES = /([0-9a-f]{6})(?:,([0-9a-f]{6}))?/iy;

/** How far a code reaches, and the style behind it. */
export interface CodeRead {
  readonly end: number;
  readonly style: Style;
}

/** Reads the code at `at` when `style` is in force; `undefined` when no formatting code stands there. */
export function readCode(text: string, at: number, style: Style): CodeRead | undefined {
  const code = text.charAt(at);
  const mark = MARK_OF.get(code);
  if (mark !== undefined) return { end: at + 1, style: { marks: style.marks ^ mark, fg: style.fg, bg: style.bg } };
  if (code === RESET) return { end: at + 1, style: PLAIN };
  if (code !== COLOUR && code !== HEX) return undefined;
  const pattern = code === COLOUR ? NUMBERS : HEXES;
  pattern.lastIndex = at + 1;
  const found = pattern.exec(text);
  if (!found?.[1]) return { end: at + 1, style: { marks: style.marks, fg: undefined, bg: undefined } };
  const read = code === COLOUR ? paletteColour : hexColour;
  const bg = found[2] === undefined ? style.bg : read(found[2]);
  return { end: pattern.lastIndex, style: { marks: style.marks, fg: read(found[1]), bg } };
}

/** 99 is the reader's default colour. */
function paletteColour(digits: string): Colour | undefined {
  const number = Number(digits);
  return number > 98 ? undefined : number;
}

function hexColour(digits: string): Colour {
  return `#${digits.toLowerCase()}`;
}

/** Reads one line with codes; unclosed ones end with it. The text is taken as it is between the codes. */
export function readCodes(text: string): Line {
  const spans = new SpanList();
  let style = PLAIN;
  let from = 0;
  ANY_CODE.lastIndex = 0;
  for (let found = ANY_CODE.exec(text); found !== null; found = ANY_CODE.exec(text)) {
    spans.add(text.slice(from, found.index), style);
    const code = readCode(text, found.index, style);
    if (code === undefined) break;
    style = code.style;
    from = code.end;
    ANY_CODE.lastIndex = from;
  }
  spans.add(text.slice(from), style);
  return spans.take();
}

/** The text without its formatting codes. */
export function colourless(text: string): string {
  return readCodes(text)
    .map((span) => span.text)
    .join('');
}

/** Which colours IRC clients are trusted to show: the nearest of 16 or of 99, or any as 0x04 hex. */
export type ColourRange = 16 | 99 | 'hex';

/** Writes a line with as few codes as possible; a line ends all styles by itself, so none is closed at its end. */
export function writeCodes(line: Line, colours: ColourRange = 16): string {
  const out: string[] = [];
  let style = PLAIN;
  for (const span of line) {
    if (span.text === '') continue;
    if (!sameStyle(style, span.style)) out.push(change(style, span.style, span.text, colours));
    style = span.style;
    out.push(span.text);
  }
  return out.join('');
}

/** The codes that give `style` from none, in front of `text`. */
export function openCodes(style: Style, text: string, colours: ColourRange = 16): string {
  return isPlain(style) ? '' : change(PLAIN, style, text, colours);
}

/** The shorter of: switching what differs, or a reset and everything anew. */
function change(from: Style, to: Style, text: string, colours: ColourRange): string {
  if (to.marks === 0 && to.fg === undefined && to.bg === undefined) return isPlain(from) ? '' : RESET;
  const anew = RESET + marks(to.marks) + colour(to, text, colours);
  if (from.fg === to.fg && from.bg === to.bg) return shorter(marks(from.marks ^ to.marks), anew);
  const clear = (from.fg !== undefined && to.fg === undefined) || (from.bg !== undefined && to.bg === undefined);
  const coloured = to.fg !== undefined || to.bg !== undefined;
  // A bare code ends both colours; it has to be fenced off only where no number follows it.
  const bare = clear ? COLOUR + (!coloured && /^[\d]/.test(text) ? FENCE : '') : '';
  return shorter(marks(from.marks ^ to.marks) + bare + colour(to, text, colours), anew);
}

function shorter(one: string, other: string): string {
  return one.length <= other.length ? one : other;
}

function marks(bits: number): string {
  let codes = '';
  if (bits !== 0) for (const [mark, code] of TOGGLES) if (bits & mark) codes += code;
  return codes;
}

/** Colours in full digits, so that no digit of the text can join them. */
function colour(style: Style, text: string, colours: ColourRange): string {
  const { fg, bg } = style;
  if (fg === undefined && bg === undefined) return '';
  const fence = bg === undefined && text.startsWith(',') ? FENCE : '';
  // Code 04 cannot say "default", so a background alone is a number.
  if (colours === 'hex' && typeof fg === 'string' && typeof bg !== 'number') {
    return HEX + fg.slice(1) + (bg === undefined ? '' : `,${bg.slice(1)}`) + fence;
  }
  const among = colours === 'hex' ? 99 : colours;
  const two = (which: Colour | undefined): string =>
    which === undefined ? '99' : String(numberOf(which, among)).padStart(2, '0');
  return COLOUR + two(fg) + (bg === undefined ? '' : `,${two(bg)}`) + fence;
}
