/**
 * Writes lines of styled runs as the HTML subset that Matrix allows, well-nested, with every text escaped (INV-5,
 * CS-HTML).
 */

import { hexOf } from './colours.js';
import {
  BOLD,
  ITALIC,
  MONOSPACE,
  REVERSE,
  STRIKE,
  UNDERLINE,
  isPlain,
  type Colour,
  type Line,
  type Style,
} from './spans.js';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const TAGS: readonly (readonly [number, string])[] = [
  [BOLD, 'b'],
  [ITALIC, 'i'],
  [UNDERLINE, 'u'],
  [STRIKE, 'del'],
  [MONOSPACE, 'code'],
];

/** Escapes text for HTML content and for attributes in double quotes. */
export function escapeHtml(text: string): string {
  return /[&<>"']/.test(text) ? text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '') : text;
}

/** Lines as HTML, parted by `<br>`. Every tag that is opened is closed, in reverse order. */
export function writeHtml(lines: readonly Line[]): string {
  return lines.map(writeLine).join('<br>');
}

/** Whether a line says anything that text alone cannot. */
export function isFormatted(line: Line): boolean {
  return line.some((span) => !isPlain(span.style));
}

function writeLine(line: Line): string {
  const out: string[] = [];
  const open: string[] = [];
  const close = (): void => void out.push(`</${(open.pop() ?? '').split(' ', 1).join('')}>`);
  for (const { text, style } of line) {
    const wanted = tagsOf(style);
    while (open.some((tag) => !wanted.includes(tag))) close();
    for (const tag of wanted) {
      if (open.includes(tag)) continue;
      open.push(tag);
      out.push(`<${tag}>`);
    }
    out.push(escapeHtml(text));
  }
  while (open.length > 0) close();
  return out.join('');
}

/** The tags of a style with their attributes, outermost first. */
function tagsOf(style: Style): readonly string[] {
  const tags = style.href === undefined ? [] : [`a href="${escapeHtml(style.href)}"`];
  for (const [mark, tag] of TAGS) if (style.marks & mark) tags.push(tag);
  const [fg, bg] = shownColours(style);
  if (fg === undefined && bg === undefined) return tags;
  tags.push(`span${attribute('data-mx-color', fg)}${attribute('data-mx-bg-color', bg)}`);
  return tags;
}

function attribute(name: string, colour: Colour | undefined): string {
  return colour === undefined ? '' : ` ${name}="${hexOf(colour)}"`;
}

/** Reverse swaps the colours, and where there is none takes black on white for the reader's own. */
function shownColours({ marks, fg, bg }: Style): readonly [Colour | undefined, Colour | undefined] {
  return marks & REVERSE ? [bg ?? '#ffffff', fg ?? '#000000'] : [fg, bg];
}
