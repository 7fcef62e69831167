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
  const what = code ? `${code.language === undefined ? 'Code' : escaped(code.language)}, ` : '';
  // A line break behind <pre> is dropped by readers, so that one that belongs to the text must be said twice.
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
<main><pre${code ? ' class="code"' : ' dir="auto"'}>
${escaped(text)}</pre></main>
<footer>${what}${lines} ${lines === 1 ? 'line' : 'lines'}</footer>
<script>${SCRIPT}</script>
</body>
</html>
`;
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
