/** Looks into a line's bytes without decoding it: who, what command, to whom. It runs for every copy of every line. */

const SPACE = 0x20;
const COLON = 0x3a;
const BANG = 0x21;
const AT = 0x40;

/** Commands the line filter knows; `numeric`: three digits; `other`: let through. */
export type CommandKind =
  | 'say'
  | 'tags'
  | 'join'
  | 'channel'
  | 'kick'
  | 'invite'
  | 'everywhere'
  | 'batch'
  | 'names'
  | 'namesEnd'
  | 'numeric'
  | 'other';

/** The first four letters and the rest, each letter upper-case, as numbers; `''` is 0. */
const packed = (word: string): readonly [number, number] => [pack(word.slice(0, 4)), pack(word.slice(4))];
const pack = (text: string): number => Buffer.from(text).reduce((sum, byte) => (sum << 8) | byte, 0);

const KINDS: readonly (readonly [string, CommandKind])[] = [
  ['PRIVMSG', 'say'],
  ['NOTICE', 'say'],
  ['TAGMSG', 'tags'],
  ['JOIN', 'join'],
  ['PART', 'channel'],
  ['MODE', 'channel'],
  ['TOPIC', 'channel'],
  ['REDACT', 'channel'],
  ['BATCH', 'batch'],
  ['KICK', 'kick'],
  ['INVITE', 'invite'],
  ['QUIT', 'everywhere'],
  ['NICK', 'everywhere'],
  ['AWAY', 'everywhere'],
  ['ACCOUNT', 'everywhere'],
  ['CHGHOST', 'everywhere'],
  ['SETNAME', 'everywhere'],
];
const BY_FIRST = new Map<number, { readonly rest: number; readonly kind: CommandKind }>(
  KINDS.map(([word, kind]) => [packed(word)[0], { rest: packed(word)[1], kind }]),
);

/** What `peek` found, as offsets into the same buffer; `[x, x)` is empty when the line has no such part. */
export class Peek {
  kind: CommandKind = 'other';
  /** End of the tags and the space behind them; the line's start when it has none. */
  body = 0;
  nick = 0;
  nickEnd = 0;
  command = 0;
  commandEnd = 0;
  /** First parameter. */
  target = 0;
  targetEnd = 0;
  /** The rest of the line after the first parameter, one `:` in front left out. */
  text = 0;
  end = 0;
}

/**
 * Fills `into` from the line in `buf[start, end)`. Linear, allocates nothing, never throws; splits as irc-framework's
 * parser does (runs of spaces are one).
 */
export function peek(buf: Uint8Array, start: number, end: number, into: Peek): Peek {
  let at = spaces(buf, start, end);
  if (buf[at] === AT && at < end) at = spaces(buf, word(buf, at, end), end);
  into.body = at;
  into.nick = into.nickEnd = at;
  if (at < end && buf[at] === COLON) {
    into.nick = ++at;
    let nickEnd = -1;
    for (; at < end && buf[at] !== SPACE; at++) if (nickEnd < 0 && (buf[at] === BANG || buf[at] === AT)) nickEnd = at;
    into.nickEnd = nickEnd < 0 ? at : nickEnd;
    at = spaces(buf, at, end);
  }
  into.command = at;
  at = into.commandEnd = word(buf, at, end);
  into.kind = kindOf(buf, into.command, at);
  at = spaces(buf, at, end);
  if (at < end && buf[at] === COLON) {
    into.target = at + 1;
    at = into.targetEnd = end;
  } else {
    into.target = at;
    at = into.targetEnd = word(buf, at, end);
  }
  at = spaces(buf, at, end);
  into.text = at < end && buf[at] === COLON ? at + 1 : at;
  into.end = end;
  return into;
}

/**
 * Finds the word after `at` (a parameter that is not the first), `:` in front left out; gives its bounds, equal when
 * there is none.
 */
export function nextWord(buf: Uint8Array, at: number, end: number): readonly [number, number] {
  let from = spaces(buf, at, end);
  if (from < end && buf[from] === COLON) from++;
  return [from, word(buf, from, end)];
}

/** What makes two copies of a line of talk the same: command, nick, text; not user and host, which opers alone may see. */
export function talkKey(buf: Buffer, line: Peek): string {
  const command = (buf[line.command] ?? 0) & 0xdf;
  return `${command} ${latin1(buf, line.nick, line.nickEnd)} ${latin1(buf, line.text, line.end)}`;
}

/** Bytes as a string of as many characters: exact for comparing, and quicker than decoding. */
export function latin1(buf: Buffer, from: number, to: number): string {
  return buf.toString('latin1', from, to);
}

function spaces(buf: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && buf[at] === SPACE) at++;
  return at;
}

function word(buf: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && buf[at] !== SPACE) at++;
  return at;
}

function kindOf(buf: Uint8Array, from: number, to: number): CommandKind {
  const length = to - from;
  if (length === 3) return numericKind(buf, from);
  if (length < 4 || length > 8) return 'other';
  // 0xdf makes ASCII letters upper-case, as the library does before it compares.
  let first = 0;
  let rest = 0;
  for (let i = 0; i < 4; i++) first = (first << 8) | ((buf[from + i] ?? 0) & 0xdf);
  for (let i = 4; i < length; i++) rest = (rest << 8) | ((buf[from + i] ?? 0) & 0xdf);
  const known = BY_FIRST.get(first | 0);
  return known?.rest === (rest | 0) ? known.kind : 'other';
}

function numericKind(buf: Uint8Array, from: number): CommandKind {
  const value = ((buf[from] ?? 0) << 16) | ((buf[from + 1] ?? 0) << 8) | (buf[from + 2] ?? 0);
  if (value === 0x33_35_33) return 'names';
  if (value === 0x33_36_36) return 'namesEnd';
  return 'numeric';
}
