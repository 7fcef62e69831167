/** Pure: the name of a file as it may stand in an address and in a header (MEDIA-10). */

/** Letters before the ending, and what they may take when they are escaped in an address. */
const MOST_STEM = 48;
const MOST_ESCAPED = 96;
const ENDING = /\.([A-Za-z0-9]{1,10})$/u;
/** Of a hostile name no more is looked at. */
const MOST_READ = 1000;

/**
 * A name of letters and digits of all scripts and `. _ -`, so that it means the same in an address, a header and every
 * file system, and no character of it turns the writing round. If nothing is left the name is `file`. The ending stays.
 */
export function safeFileName(name: string): string {
  return put(name.slice(0, MOST_READ).toWellFormed().normalize('NFC').replace(/[^\p{L}\p{M}\p{N}._-]+/gu, '_'));
}

/** The same for programs that read only ASCII: marks are taken off letters, what is in another script goes. */
export function asciiFileName(name: string): string {
  return put(
    name
      .slice(0, MOST_READ)
      .normalize('NFKD')
      .replace(/\p{M}+/gu, '')
      .replace(/[^A-Za-z0-9._-]+/gu, '_'),
  );
}

function put(clean: string): string {
  const ending = ENDING.exec(clean)?.[0] ?? '';
  const stem = beginning(trimmed(clean.slice(0, clean.length - ending.length)));
  return `${trimmed(stem) || 'file'}${ending}`;
}

function beginning(text: string): string {
  let out = '';
  let escaped = 0;
  for (const letter of text) {
    escaped += encodeURIComponent(letter).length;
    if (out.length + letter.length > MOST_STEM || escaped > MOST_ESCAPED) break;
    out += letter;
  }
  return out;
}

/** Without what looks odd at an end, or hides a file, or leads to another directory. */
function trimmed(text: string): string {
  let end = text.length;
  // Not by a pattern: one that is anchored at the end is tried at every place of a hostile name.
  while (end > 0 && '._-'.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end).replace(/^[\p{M}._-]+/u, '').replace(/\.{2,}/gu, '.');
}
