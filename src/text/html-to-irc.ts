/** A `formatted_body` as IRC lines with formatting codes. */

import type { HtmlReading } from './html-page.js';
import { readHtml } from './html-read.js';
import { writeCodes, type ColourRange } from './irc-codes.js';

export interface HtmlToIrc extends HtmlReading {
  /** Which colours may be sent; 16 unless said otherwise. */
  readonly colours?: ColourRange;
}

/**
 * Converts Matrix HTML (FMT-1, 2, 6, 7, 10, 11). Lines are joined by LF, none is blank; the only control characters are
 * the codes written here. An empty result means that nothing in it can be read: the plain body is the better one then.
 */
export function htmlToIrc(html: string, options: HtmlToIrc = {}): string {
  return readHtml(html, options)
    .map((line) => writeCodes(line, options.colours))
    .join('\n');
}
