/** Cuts text into lines of a byte budget in linear time, without breaking characters or formatting (M2I-31, C1). */

import { openCodes, readCode } from './irc-codes.js';
import { PLAIN, type Style } from './spans.js';

/** How far around a cut we look for the borders of a grapheme; a longer one (zalgo) is cut between its code points. */
const WINDOW = 64;
const GRAPHEMES = new Intl.Segmenter('und', { granularity: 'grapheme' });
/** A blank that one of these follows is part of a grapheme. */
const JOINS = /^[\p{M}\u200d]/u;
/** Characters below this never join their neighbours (the first combining mark). */
const ALONE = 0x300;
/** Bytes of the widest character: formatting that leaves less room than this is not opened again. */
const WIDEST = 4;

/**
 * Text (LF between lines, formatting codes allowed) as lines of at most `budget` bytes of UTF-8. Cuts at a blank if
 * there is one, else between graphemes, else between code points; a formatting that is on at a cut is on in the next
 * line. Lines without anything visible are left out, and so is a character that is wider than the budget.
 */
export function splitLines(text: string, budget: number): string[] {
  return splitJoined(text, budget).map(({ text: line }) => line);
}

/** A line, and what joins it with the one before where both were one that was too long: a blank that was cut away, or nothing. */
export interface Piece {
  readonly text: string;
  readonly join?: '' | ' ';
}

/** The same, with what joins the lines (CAP-7). */
export function splitJoined(text: string, budget: number): Piece[] {
  return text
    .toWellFormed()
    .split(/\r\n|[\r\n]/)
    .filter(visible)
    .flatMap((line) => (Buffer.byteLength(line) <= budget ? [{ text: line }] : cutLine(line, budget).filter((piece) => visible(piece.text))));
}

/** Whether anything but blanks and codes stands in a line. */
function visible(line: string): boolean {
  for (let at = 0; at < line.length;) {
    const code = readCode(line, at, PLAIN);
    if (!code && /\S/.test(line.charAt(at))) return true;
    at = code?.end ?? at + 1;
  }
  return false;
}

function cutLine(line: string, budget: number): Piece[] {
  const lines: Piece[] = [];
  let blank = false;
  let style = PLAIN;
  let from = 0;
  while (from < line.length) {
    const codes = openCodes(style, line.charAt(from), 'hex');
    const opening = codes.length + WIDEST <= budget ? codes : '';
    const cut = nextCut(line, from, style, budget - opening.length);
    const text = opening + line.slice(from, cut.end).trimEnd();
    lines.push(lines.length === 0 ? { text } : { text, join: blank ? ' ' : '' });
    blank = cut.next > cut.end || /\s$/.test(line.slice(from, cut.end));
    from = cut.next;
    style = cut.style;
  }
  return lines;
}

/** Where a line ends and where the following one begins, in `style`. */
interface Cut {
  readonly end: number;
  readonly next: number;
  readonly style: Style;
}

/** Walks as far as `budget` goes, then back to where the line may be cut. */
function nextCut(line: string, from: number, begin: Style, budget: number): Cut {
  let style = begin;
  let blank: Cut | undefined;
  let words = false;
  let at = from;
  for (let bytes = 0; at < line.length;) {
    const piece = pieceAt(line, at, style);
    if (piece.blank && words && !joins(line, piece.end)) {
      blank = { end: at, next: piece.end, style };
    }
    bytes += piece.bytes;
    if (bytes > budget) break;
    words ||= !piece.blank && piece.style === style;
    ({ end: at, style } = piece);
  }
  if (at === line.length) return { end: at, next: at, style };
  if (blank) return { ...blank, next: pastBlanks(line, blank.next) };
  // Not even one piece fits: it is left out, so that we come to an end.
  if (at === from) return { ...pieceAt(line, from, begin), end: from, next: pieceAt(line, from, begin).end };
  // No code stands inside of a grapheme, so the style is the same at its start.
  const end = graphemeStart(line, from, at);
  return { end, next: end, style };
}

interface Step {
  readonly end: number;
  readonly bytes: number;
  readonly blank: boolean;
  /** The style behind it. */
  readonly style: Style;
}

/** A whole formatting code, or one code point. */
function pieceAt(line: string, at: number, style: Style): Step {
  const point = line.codePointAt(at) ?? 0;
  const code = point < 0x20 ? readCode(line, at, style) : undefined;
  if (code) return { end: code.end, bytes: code.end - at, blank: false, style: code.style };
  const bytes = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  return { end: at + (bytes === 4 ? 2 : 1), bytes, blank: point === 0x20, style };
}

/** Whether what stands at `at` belongs to the character before it. */
function joins(line: string, at: number): boolean {
  return line.charCodeAt(at) >= ALONE && JOINS.test(line.slice(at, at + 2));
}

function pastBlanks(line: string, from: number): number {
  let at = from;
  while (line.charAt(at) === ' ') at++;
  return at;
}

/** The start of the grapheme that `at` is in; `at` itself when that grapheme is all there is between `from` and it. */
function graphemeStart(line: string, from: number, at: number): number {
  if (line.charCodeAt(at - 1) < ALONE && line.charCodeAt(at) < ALONE) return at;
  const begin = Math.max(from, at - WINDOW);
  const grapheme = GRAPHEMES.segment(line.slice(begin, at + WINDOW)).containing(at - begin);
  return grapheme === undefined || grapheme.index === 0 ? at : begin + grapheme.index;
}
