/** Finds nicks that stand in a line of IRC as words, and makes links of them (I2M-7, 8). */

import { MONOSPACE, type Line, type Span } from './spans.js';

/** Whom a nick is; `address`: the link a client makes a pill of. `undefined`: nobody to be mentioned. */
export type FindNick = (nick: string) => Found | undefined;
export interface Found {
  readonly user: string;
  /** False: only a link, without a mention: a ghost need not be notified. */
  readonly notify: boolean;
}

/** A nick in a line; positions in UTF-16 units. */
export interface Mention extends Found {
  readonly from: number;
  readonly to: number;
}

/** Characters that nicks are made of (RFC 2812 §2.3.1, and letters of all scripts, which some networks allow). */
const NICK = /[\p{L}\p{M}\p{N}[\]\\`_^{|}-]+/gu;
/** Text in which nothing is a name: addresses, mail, host names, and code between backticks. */
const OPAQUE = /(?:[a-z][a-z0-9+.-]{1,20}:\/\/|www\.)\S+|(?<!\S)`[^`\n]+`(?!\S)/giu;
/** Signs that stand around a nick as well as in it. */
const SIGNS = '[]{}`_^|\\-';
const AROUND = /^[[\]{}`_^|\\-]+|[[\]{}`_^|\\-]+$/gu;
/** A shorter nick is a word of some language more often than a nick: it counts only when it is addressed. */
const LONG = 4;
const MOST = 5;
/** Words that are looked up in one line; longer lines are no talk. */
const MOST_WORDS = 200;

/**
 * The nicks of a line that `find` knows, in order, at most five. A nick of fewer than four characters counts only at the
 * beginning with `:` or `,` behind it. Never inside of addresses, host names, paths, channel names, or code.
 * @param line the runs of which `plain` is the text: monospace ones are code
 */
export function mentionsIn(plain: string, line: Line, find: FindNick): readonly Mention[] {
  const found: Mention[] = [];
  let opaque: readonly (readonly [number, number])[] | undefined;
  let seen = 0;
  NICK.lastIndex = 0;
  for (let match = NICK.exec(plain); match !== null && seen < MOST_WORDS && found.length < MOST; match = NICK.exec(plain)) {
    seen++;
    const mention = wordAt(plain, match[0], match.index, find);
    if (!mention) continue;
    opaque ??= opaqueParts(plain, line);
    if (!opaque.some(([from, to]) => mention.from < to && mention.to > from)) found.push(mention);
  }
  return found;
}

function wordAt(plain: string, word: string, at: number, find: FindNick): Mention | undefined {
  // Nearly no word is a nick, so the rest is asked only of those that are.
  const found = named(plain, word, at, find) ?? bareNamed(plain, word, at, find);
  return found && standsAlone(plain, at, at + word.length) ? found : undefined;
}

function bareNamed(plain: string, word: string, at: number, find: FindNick): Mention | undefined {
  if (!SIGNS.includes(word.charAt(0)) && !SIGNS.includes(word.charAt(word.length - 1))) return undefined;
  const bare = word.replace(AROUND, '');
  return bare === '' ? undefined : named(plain, bare, at + word.indexOf(bare), find);
}

function named(plain: string, nick: string, from: number, find: FindNick): Mention | undefined {
  const to = from + nick.length;
  if (nick.length < LONG && !isAddressed(plain, from, to)) return undefined;
  const found = find(nick);
  return found && { ...found, from, to };
}

function isAddressed(plain: string, from: number, to: number): boolean {
  const after = plain.charAt(to);
  return (after === ':' || after === ',') && plain.slice(0, from).trim() === '';
}

/** Whether what is around a word lets it be a name: no part of an address, host name, path, channel or option. */
function standsAlone(plain: string, from: number, to: number): boolean {
  const before = plain.charAt(from - 1);
  if (before !== '' && '#&/=.$%'.includes(before)) return false;
  if (before === '@' && /\S/u.test(plain.charAt(from - 2))) return false;
  if (/^(?:[@/=]|[.:]\S)/u.test(plain.slice(to, to + 2))) return false;
  return true;
}

function opaqueParts(plain: string, line: Line): readonly (readonly [number, number])[] {
  const parts: [number, number][] = [...plain.matchAll(OPAQUE)].map(({ index, 0: text }) => [index, index + text.length]);
  let at = 0;
  for (const { text, style } of line) {
    if (style.marks & MONOSPACE) parts.push([at, at + text.length]);
    at += text.length;
  }
  return parts;
}

/** The line with a link to `hrefOf(mention.user)` at each mention; all looks stay. */
export function withMentions(line: Line, mentions: readonly Mention[], hrefOf: (user: string) => string): Line {
  if (mentions.length === 0) return line;
  const out: Span[] = [];
  let at = 0;
  let next = 0;
  for (const { text, style } of line) {
    for (let from = 0; from < text.length;) {
      while ((mentions[next]?.to ?? Infinity) <= at + from) next++;
      const mention = mentions[next];
      const inside = mention !== undefined && mention.from <= at + from;
      const to = Math.min(text.length, (inside ? mention.to : (mention?.from ?? Infinity)) - at);
      out.push({ text: text.slice(from, to), style: inside ? { ...style, href: hrefOf(mention.user) } : style });
      from = to;
    }
    at += text.length;
  }
  return out;
}
