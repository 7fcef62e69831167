/** A line of IRC as plain text, and as HTML where it has formatting. */

import { isFormatted, writeHtml } from './html-write.js';
import { readCodes } from './irc-codes.js';
import { textOf, type Line, type Span } from './spans.js';
import { withWholeLinks } from './whole-links.js';

/** `plain` holds no control code; `html` is there only when something is formatted (FMT-4). */
export interface MatrixText {
  readonly plain: string;
  readonly html?: string;
}

/** Longer HTML is not sent: with the plain text it would not fit an event (64 KiB). */
const MAX_HTML = 40_000;
/** What may be in IRC text besides formatting codes: CTCP's 0x01 and other C0 but TAB and LF, DEL. */
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f]/g;

/**
 * Converts a line of IRC (FMT-3, FMT-4, I2M-6, C6). Codes left open end with the line, broken ones vanish, everything
 * else is escaped; links that formatting cuts apart stay one (I2M-30).
 */
export function ircToHtml(text: string): MatrixText {
  const line = readCodes(text.toWellFormed()).flatMap(cleanSpan);
  const plain = textOf(line);
  if (!isFormatted(line)) return { plain };
  const html = writeHtml(byLines(withWholeLinks(line, plain)));
  return html.length > MAX_HTML ? { plain } : { plain, html };
}

function cleanSpan(span: Span): Line {
  const text = span.text.replace(CONTROLS, '');
  return text === '' ? [] : [{ text, style: span.style }];
}

/** A text joined of several lines (multiline batches) holds LF. */
function byLines(line: Line): readonly Line[] {
  const lines: Span[][] = [[]];
  for (const { text, style } of line) {
    text.split('\n').forEach((piece, at) => {
      if (at > 0) lines.push([]);
      if (piece !== '') lines.at(-1)?.push({ text: piece, style });
    });
  }
  return lines;
}
