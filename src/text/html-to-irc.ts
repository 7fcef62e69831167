/** A `formatted_body` as IRC lines with formatting codes, or with as much of them as is wanted. */

import type { HtmlReading } from './html-page.js';
import { readHtml } from './html-read.js';
import { writeCodes, type ColourRange } from './irc-codes.js';
import { writeMarks } from './markdown-marks.js';
import { type Line, textOf } from './spans.js';

/** FMT-9. `markdown`: with asterisks and the like, for channels that show no codes. */
export type Formatting = 'full' | 'nocolor' | 'plain' | 'markdown';

export interface HtmlToIrc extends HtmlReading {
  /** Which colours may be sent; 16 unless said otherwise. */
  readonly colours?: ColourRange;
  /** `full` unless said otherwise. */
  readonly formatting?: Formatting;
}

/**
 * Converts Matrix HTML (FMT-1, 2, 6, 7, 9…11). Lines are joined by LF, none is blank; the only control characters are
 * the codes written here. An empty result means that nothing in it can be read: the plain body is the better one then.
 */
export function htmlToIrc(html: string, options: HtmlToIrc = {}): string {
  const { formatting = 'full', colours } = options;
  return readHtml(html, formatting === 'full' ? options : { ...options, bars: true })
    .map((line) => {
      if (formatting === 'full') return writeCodes(line, colours);
      if (formatting === 'nocolor') return writeCodes(colourless(line), colours);
      return formatting === 'markdown' ? writeMarks(line) : textOf(line);
    })
    .join('\n');
}

function colourless(line: Line): Line {
  return line.map(({ text, style: { marks } }) => ({ text, style: { marks, fg: undefined, bg: undefined } }));
}
