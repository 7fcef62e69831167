/** A line of IRC as plain text, and as HTML where it has formatting or names somebody. */

import { isFormatted, writeHtml } from './html-write.js';
import { readCodes } from './irc-codes.js';
import { mentionsIn, withMentions, type FindNick } from './mentions.js';
import { textOf, type Line, type Span } from './spans.js';
import { withWholeLinks } from './whole-links.js';

/** `plain` holds no control code; `html` is there only when something is formatted or somebody is named (FMT-4). */
export interface MatrixText {
  readonly plain: string;
  readonly html?: string;
  /** Users to be notified, each once; absent when there are none. */
  readonly mentions?: readonly string[];
}

/** Longer HTML is not sent: with the plain text it would not fit an event (64 KiB). */
const MAX_HTML = 40_000;
/** More runs than this would make longer HTML (a tag around every other run is seven characters). */
const MAX_RUNS = 10_000;
/** CTCP's 0x01 and every other C0 but TAB, LF and the formatting codes; DEL. */
const CONTROLS = /[\x00\x01\x05-\x08\x0b-\x0e\x10\x12-\x15\x17-\x1c\x7f]/g;

/**
 * Converts a line of IRC (FMT-3, FMT-4, I2M-6, 7, C6). Codes left open end with the line, broken ones vanish, everything
 * else is escaped; links that formatting cuts apart stay one (I2M-30).
 * @param find who a nick in the line is; without it nobody is mentioned
 */
export function ircToHtml(text: string, find?: FindNick): MatrixText {
  const line = readCodes(cleanLine(text));
  const plain = textOf(line);
  const found = find === undefined ? [] : mentionsIn(plain, line, find);
  const users = found.filter(({ notify }) => notify).map(({ user }) => user);
  const mentions = users.length === 0 ? {} : { mentions: [...new Set(users)] };
  if ((found.length === 0 && !isFormatted(line)) || line.length > MAX_RUNS) return { plain, ...mentions };
  const html = writeHtml(byLines(withMentions(withWholeLinks(line, plain), found, linkTo)));
  return html.length > MAX_HTML ? { plain, ...mentions } : { plain, html, ...mentions };
}

/** The link of which clients make a pill (appendices, "matrix.to navigation"). */
function linkTo(user: string): string {
  return `https://matrix.to/#/${encodeURIComponent(user).replace('%40', '@').replaceAll('%3A', ':')}`;
}

/** A line without what is neither text nor formatting. Done before reading, so that it cannot part a code's digits. */
function cleanLine(text: string): string {
  return text.toWellFormed().replace(CONTROLS, '');
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
