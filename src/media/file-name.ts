/** Pure: the name of a file as it may stand in an address and in a header (MEDIA-10). */

/** Letters before the ending. */
const MOST_STEM = 48;
const ENDING = /\.([A-Za-z0-9]{1,10})$/u;
/** Of a hostile name no more is looked at. */
const MOST_READ = 1000;

/**
 * A name of `A–Z a–z 0–9 . _ -` only, so that it means the same in an address, a header and every file system. Marks are
 * taken off letters; what is in another script goes, and if nothing is left the name is `file`. The ending stays.
 */
export function safeFileName(name: string): string {
  const ascii = name
    .slice(0, MOST_READ)
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^A-Za-z0-9._-]+/gu, '_');
  const ending = ENDING.exec(ascii)?.[0] ?? '';
  const stem = trimmed(ascii.slice(0, ascii.length - ending.length)).slice(0, MOST_STEM);
  return `${trimmed(stem) || 'file'}${ending}`;
}

/** Without what looks odd at an end, or hides a file, or leads to another directory. */
function trimmed(text: string): string {
  let end = text.length;
  // Not by a pattern: one that is anchored at the end is tried at every place of a hostile name.
  while (end > 0 && '._-'.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end).replace(/^[._-]+/u, '').replace(/\.{2,}/gu, '.');
}
