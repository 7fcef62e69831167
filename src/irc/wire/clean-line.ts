/** The last gate before a socket: whatever made a line, it leaves as one line that fits (S-INJ, IRC-LINE, G10). */

/** Bytes of a line without its tags and without CR LF (RFC 2812 §2.3: 512 with them). */
export const LINE_BYTES = 510;
/** Bytes of tag data a client may send, `@` and the space after it not counted (IRCv3 message-tags). */
export const TAG_BYTES = 4094;

/**
 * Makes any text one sendable line, without CR LF: each CR, LF and NUL becomes a space, lone surrogates U+FFFD, spaces
 * in front go, tags over 4094 bytes lose their last ones, the rest is cut to `most` bytes between code points.
 * @param most 510, unless the server takes longer or shorter lines (LINELEN)
 */
export function cleanLine(line: string, most = LINE_BYTES): string {
  let text = /[\r\n\0]/.test(line) ? line.replace(/[\r\n\0]/g, ' ') : line;
  // A server skips spaces in front, so what follows a CR that stood first would become a command.
  if (text.startsWith(' ')) text = text.trimStart();
  text = text.toWellFormed();
  if (!text.startsWith('@')) return cutBytes(text, most);
  const space = text.indexOf(' ');
  // Tags and nothing else are no line at all.
  if (space < 0) return '';
  const tags = fittingTags(text.slice(1, space));
  const rest = cutBytes(text.slice(space + 1).trimStart(), most);
  // A second `@` is no command, and without the first it would be taken for tags.
  if (rest === '' || rest.startsWith('@')) return '';
  return tags === '' ? rest : `@${tags} ${rest}`;
}

/** The longest start of `text` that has at most `most` bytes in UTF-8 and ends between code points. */
export function cutBytes(text: string, most: number): string {
  // A UTF-16 unit has at most three bytes, so short text need not be counted.
  if (text.length * 3 <= most) return text;
  let bytes = 0;
  let at = 0;
  while (at < text.length) {
    const point = text.codePointAt(at) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x1_0000 ? 3 : 4;
    if (bytes > most) return text.slice(0, at);
    at += point > 0xffff ? 2 : 1;
  }
  return text;
}

/** Whole tags from the front, as many as fit. */
function fittingTags(tags: string): string {
  const cut = cutBytes(tags, TAG_BYTES);
  return cut.length === tags.length ? tags : cut.slice(0, Math.max(0, cut.lastIndexOf(';')));
}

/**
 * Builds a line from its parts. `undefined` when a middle parameter is no single word (empty, begins with `:`, holds a
 * space, CR, LF, NUL or another control character, is not well-formed) or when they alone fill the line.
 * @param trailing the last parameter: any text; cut to fit, always written with `:` (also when empty)
 * @param most as in `cleanLine`
 */
export function ircLine(command: string, middle: readonly string[], trailing?: string, most = LINE_BYTES): string | undefined {
  if (!/^[A-Z]{1,20}$/.test(command) || !middle.every(isWord)) return undefined;
  const head = [command, ...middle].join(' ');
  if (Buffer.byteLength(head) > (trailing === undefined ? most : most - 2)) return undefined;
  return cleanLine(trailing === undefined ? head : `${head} :${trailing}`, most);
}

/** Whether `text` can be a parameter that is not the last. */
export function isWord(text: string): boolean {
  return text.length > 0 && text.length <= LINE_BYTES && !/^:|[\0-\x20\x7f]/.test(text) && text.isWellFormed();
}

/** Whether `text` is one target: a word without comma, which would make it two (RFC 2812 §3.3.1). */
export function isTarget(text: string): boolean {
  return isWord(text) && !text.includes(',');
}

/** Whether `text` can name one channel: a target that begins with a sign, so never `0`, which leaves all (JOIN 0). */
export function isChannel(text: string): boolean {
  return isTarget(text) && /^[#&+!~]/.test(text);
}
