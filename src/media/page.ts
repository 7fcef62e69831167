/** Pure: the page on which a long text or a piece of code is read (MEDIA-11). */

import { SCRIPT, STYLE } from './page-parts.js';

/** A text as a page shows it. */
export interface Paste {
  /** The nick of who said it. */
  readonly by: string;
  /** When, ms since the epoch. */
  readonly at: number;
  readonly text: string;
  readonly code?: { readonly language?: string };
}

/** The whole document. It reads without script; the button for copying only shows where there is one. */
export function pageOf({ by, at, text, code }: Paste, rawPath: string): string {
  const when = new Date(at);
  const day = when.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
  const time = `${when.toISOString().slice(11, 16)} UTC`;
  const lines = lineCount(text);
  const body = code ? listing(text, lines) : `<main><pre dir="auto">\n${withLinks(text)}</pre></main>`;
  const what = code ? `${code.language === undefined ? 'Code' : escaped(code.language)}, ` : '';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex, nofollow">
<title>${escaped(by)}, ${day}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${escaped(by)}</h1>
<p><time datetime="${when.toISOString()}">${day}, ${time}</time></p>
<nav><button type="button" hidden>Copy</button><a href="${rawPath}">Raw</a></nav>
</header>
${body}
<footer>${what}${lines.toLocaleString('en')} ${lines === 1 ? 'line' : 'lines'}</footer>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

/**
 * Code with the numbers of its lines, which are no part of what is copied.
 * A line break behind <pre> is dropped by readers, so that one that belongs to the text must be said twice.
 */
function listing(text: string, lines: number): string {
  const numbers = Array.from({ length: lines }, (_, at) => at + 1).join('\n');
  return `<main class="listing"><div class="numbers" aria-hidden="true">${numbers}</div><pre class="code">\n${escaped(text)}</pre></main>`;
}

/** Addresses of the web lead there, and what they show is where they lead. */
const ADDRESS = /\bhttps?:\/\/[^\s<>"'\p{C}]+/giu;
const SCHEME_LETTERS = 8;

function withLinks(text: string): string {
  let out = '';
  let done = 0;
  for (const { 0: run, index } of text.matchAll(ADDRESS)) {
    const address = run.slice(0, endOf(run));
    if (address.length <= SCHEME_LETTERS) continue;
    const shown = escaped(address);
    out += `${escaped(text.slice(done, index))}<a href="${shown}" rel="nofollow noopener noreferrer">${shown}</a>`;
    done = index + address.length;
  }
  return out + escaped(text.slice(done));
}

/** Marks at the end belong to the sentence, and so does a bracket that the address does not open. */
function endOf(run: string): number {
  let open = 0;
  for (const letter of run) open += letter === '(' ? 1 : letter === ')' ? -1 : 0;
  let end = run.length;
  for (; end > 0; end--) {
    const last = run.charAt(end - 1);
    if (last === ')' && open < 0) open++;
    else if (!'.,;:!?]}*_…。、，）」'.includes(last)) break;
  }
  return end;
}

/** The name under which the text is saved: who and when. */
export function pasteFileName({ by, at, code }: Paste): string {
  const nick = by.replace(/[^A-Za-z0-9_-]+/gu, '_').slice(0, 40) || 'text';
  return `${nick}_${new Date(at).toISOString().slice(0, 10)}.${code ? 'code.' : ''}txt`;
}

function lineCount(text: string): number {
  const end = text.endsWith('\n') ? text.length - 1 : text.length;
  let lines = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}

/** NUL cannot be in HTML; a carriage return would be read as a line feed, so it is said as a reference. */
function escaped(text: string): string {
  const named: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
    '\r': '&#13;',
    '\0': '\uFFFD',
  };
  return text.toWellFormed().replace(/[&<>"'\r\0]/gu, (letter) => named[letter] ?? '');
}
