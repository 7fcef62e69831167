/** Pure: text of Matrix as text for IRC: formatting, pills, and names as nicks. */

import { type MxcUri, parseUserId, type UserId } from '../model/ids.js';
import type { TextBody } from '../model/matrix-event.js';
import { fencedCode } from '../text/code-fence.js';
import { htmlToIrc } from '../text/html-to-irc.js';
import { colourless } from '../text/irc-codes.js';
import { parseMatrixLink } from '../text/matrix-links.js';
import { cleanText, plainToIrc } from '../text/plain-to-irc.js';
import { withoutReplyFallback } from '../text/reply-fallback.js';
import type { Prepared, Wording } from './wording.js';

type Words = Pick<TextBody, 'plain' | 'html'>;
/** A link at the very beginning. */
const LEADING_PILL = /^\s*(?:<p>\s*)?<a\s[^<>]{0,300}?href=["']([^"'<>]{1,600})["'][^<>]{0,300}>/iu;
/** An MXID that stands by itself: no part of an address, of a path, or of what only looks like one. */
const MXID = /(?<=^|\s|(?:^|\s)[("'“„«<[{])@[^\s:@,<>()]{1,200}:[a-z0-9](?:[a-z0-9.-]{0,200}[a-z0-9])?(?::\d{1,5})?(?![\w/]|[.:]\w)/giu;
/** The lines around code within other text. */
const FENCES = /^ {0,3}(?:`{3,}|~{3,})[^`\n]*$/gmu;
const VISIBLE = /[^\s\x02\x03\x04\x0f\x11\x16\x1d\x1e\x1f]/u;

/**
 * Text for IRC, lines parted by LF (M2I-1…3, 33…37, 46; FMT-1, 6…11).
 * @param reply its plain text may begin with a quote of what it answers
 */
export function wordText(body: TextBody, wording: Wording, { names, images }: Prepared, reply: boolean): string {
  const text = converted(body, wording, reply, images);
  return names === undefined ? text : withNicks(text, names, wording);
}

function converted({ plain, html, how }: TextBody, wording: Wording, reply: boolean, images: Prepared['images']): string {
  const words = (text: string): string => (text.includes('@') ? text.replace(MXID, (id) => nickFor(id, wording) ?? id) : text);
  const bare = (): string => (fencedCode(plain) === undefined ? words(plainWords(plain, reply)) : plainWords(plain, reply));
  if (html === undefined) return bare();
  const { formatting, code } = wording.ways;
  const text = htmlToIrc(html, {
    formatting,
    words,
    ...(images && wording.ways.media !== 'name' ? { image: eachOnce(images) } : {}),
    ...(code === 'backticks' ? { backticks: true } : {}),
    pill: (id) => (id.startsWith('@') ? wording.nickOf(id as UserId) : wording.channelOf(id as Parameters<Wording['channelOf']>[0])),
  });
  // HTML of which nothing is left must not swallow what the plain body says.
  if (!VISIBLE.test(text)) return bare();
  return how === 'say' ? addressed(text, html, wording) : text;
}

function plainWords(plain: string, reply: boolean): string {
  return plainToIrc(fencedCode(plain) ?? (reply ? withoutReplyFallback(plain) : plain));
}

/** However often an image is shown, its address is said once: a hostile text has thousands of it. */
function eachOnce(images: ReadonlyMap<MxcUri, string>): (mxc: MxcUri) => string | undefined {
  const left = new Map(images);
  return (mxc) => {
    const address = left.get(mxc);
    left.delete(mxc);
    return address;
  };
}

/** A pill at the beginning addresses whom it names: `nick: …` (M2I-33). */
function addressed(text: string, html: string, wording: Wording): string {
  const href = LEADING_PILL.exec(html.replace(/^\s*<mx-reply>[^]*?<\/mx-reply>/iu, ''))?.[1];
  const id = href === undefined ? undefined : parseMatrixLink(href)?.id;
  const nick = id?.startsWith('@') ? wording.nickOf(id as UserId) : undefined;
  return nick === undefined || !text.startsWith(`${nick} `) ? text : `${nick}:${text.slice(nick.length)}`;
}

/** Clients that write display names without a link tell in `m.mentions` whom they mean. */
function withNicks(text: string, names: ReadonlyMap<UserId, string>, wording: Wording): string {
  let out = text;
  for (const [user, name] of names) {
    const nick = wording.nickOf(user);
    const clean = cleanText(name).trim();
    if (nick === undefined || clean.length < 2 || wordAt(out, nick) >= 0) continue;
    const at = wordAt(out, clean);
    if (at >= 0) out = out.slice(0, at) + nick + out.slice(at + clean.length);
  }
  return out;
}

/** Where a name stands by itself. */
function wordAt(text: string, name: string): number {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const around = text.charAt(at - 1) + text.charAt(at + name.length);
    if (!/[\p{L}\p{N}_]/u.test(around)) return at;
  }
  return -1;
}

function nickFor(id: string, wording: Wording): string | undefined {
  const user = parseUserId(id);
  return user && wording.nickOf(user);
}

/** The words of a text without any formatting: to compare and to quote. */
export function barePlain({ plain, html }: Words, reply: boolean): string {
  const text = html === undefined ? '' : colourless(htmlToIrc(html, { formatting: 'plain' }));
  return VISIBLE.test(text) ? text : plainWords(plain, reply);
}

/**
 * The whole of a long text for its page (MEDIA-11): as it was written, since that keeps empty lines, unless the HTML,
 * which is what was said on IRC, has other words. Never a quote of what is answered, nor the fence of code.
 */
export function pageText({ plain, html }: Words, reply: boolean, images?: Prepared['images']): string {
  const written = fencedCode(plain) ?? (reply ? withoutReplyFallback(plain) : plain);
  const shown = html === undefined ? '' : htmlToIrc(html, { formatting: 'plain', ...(images ? { image: eachOnce(images) } : {}) });
  return !VISIBLE.test(shown) || lettersOf(shown) === lettersOf(written.replace(FENCES, '')) ? written : shown;
}

function lettersOf(text: string): string {
  return text.replace(/[^\p{L}\p{N}]+/gu, '');
}
