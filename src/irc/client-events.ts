/** A parsed line as the event it is, capped and cleaned; pure. The library's own events mix reasons with names. */

import type { IrcMessage } from 'irc-framework';
import {
  parseChannelName,
  parseNick,
  type ChannelName,
  type ClientId,
  type Hostmask,
  type NetworkName,
  type Nick,
} from '../model/irc-names.js';
import type { ChannelMessage, IrcEvent, ModeEvent, PrivateMessage } from '../model/irc-event.js';
import type { How } from '../model/utterance.js';
import type { ServerFacts } from './server-facts.js';

/** Longest text, reason or topic taken over, in UTF-16 units; a line of 512 bytes holds less, LINELEN may hold more. */
const TEXT_MOST = 8000;
const MODES_MOST = 100;
/** A line that was said longer ago keeps its own time (CAP-3). */
const LATE_MS = 10_000;

/** Formatting and blanks, of which no text is left (FMT-4). */
const NOTHING = /^(?:\x03(?:\d{1,2}(?:,\d{1,2})?)?|\x04(?:[0-9A-Fa-f]{6}(?:,[0-9A-Fa-f]{6})?)?|[\x02\x05-\x20\x7f])*$/;

/** What a line is read against. */
export interface Hearing {
  readonly network: NetworkName;
  readonly at: number;
  readonly heardBy: ClientId;
  readonly facts: ServerFacts;
  /** Whether a nick is that of the client itself. */
  isMe(nick: string): boolean;
}

/** Text without CR, LF and NUL, well-formed, cut. */
export function cleanText(text: string | undefined): string {
  return (text ?? '').slice(0, TEXT_MOST).replace(/[\r\n\0]/g, ' ').toWellFormed();
}

/** The same, but LF stays: it is what parts the lines of a message that came in several. */
function cleanBody(text: string | undefined): string {
  return (text ?? '').slice(0, TEXT_MOST).replace(/[\r\0]/g, ' ').toWellFormed();
}

/** Who a line is from; `undefined` when the source is a server or no nick. */
export function sourceOf(line: IrcMessage): Hostmask | undefined {
  const nick = parseNick(line.nick);
  if (nick === undefined) return undefined;
  const source: { nick: Nick; user?: string; host?: string } = { nick };
  if (line.ident !== '') source.user = cleanText(line.ident);
  if (line.hostname !== '') source.host = cleanText(line.hostname);
  return source;
}

/** The source, or the server's name in a nick's place. */
function anySource(line: IrcMessage): Hostmask {
  return sourceOf(line) ?? { nick: parseNick(line.prefix) ?? ('server' as Nick) };
}

/** A channel without a STATUSMSG symbol before it. */
export function channelOf(target: string | undefined, facts: ServerFacts): ChannelName | undefined {
  const plain = parseChannelName(target, facts.channelTypes);
  if (plain !== undefined || target === undefined || !facts.statusSymbols.includes(target.charAt(0))) return plain;
  return parseChannelName(target.slice(1), facts.channelTypes);
}

/** A reason is only there when the line has more parameters than names. */
function reasonAt(line: IrcMessage, index: number): { reason?: string } {
  const text = line.params[index];
  return text === undefined || text === '' ? {} : { reason: cleanText(text) };
}

/** The event a line stands for; `undefined` for lines that are none or make no sense. 353 and 366: see `names.ts`. */
export function eventOf(line: IrcMessage, hearing: Hearing): IrcEvent | undefined {
  const { network, at, heardBy, facts } = hearing;
  const heard = { network, at, heardBy };
  const source = sourceOf(line);
  const { params } = line;
  switch (line.command) {
    case 'PRIVMSG':
    case 'NOTICE':
      return saidIn(line, hearing);
    case 'JOIN': {
      const channel = channelOf(params[0], facts);
      return source && channel ? { ...heard, kind: 'join', who: source, channel } : undefined;
    }
    case 'PART': {
      const channel = channelOf(params[0], facts);
      return source && channel ? { ...heard, kind: 'part', who: source, channel, ...reasonAt(line, 1) } : undefined;
    }
    case 'QUIT':
      return source ? { ...heard, kind: 'quit', who: source, ...reasonAt(line, 0) } : undefined;
    case 'KICK': {
      const channel = channelOf(params[0], facts);
      const who = parseNick(params[1]);
      if (!channel || !who) return undefined;
      return { ...heard, kind: 'kick', who, by: anySource(line), channel, ...reasonAt(line, 2) };
    }
    case 'NICK': {
      const to = parseNick(params[0]);
      return source && to && to !== source.nick ? { ...heard, kind: 'nick', from: source, to } : undefined;
    }
    case 'TOPIC': {
      const channel = channelOf(params[0], facts);
      if (!channel) return undefined;
      return { ...heard, kind: 'topic', channel, by: anySource(line), text: cleanText(params[1]) };
    }
    case '331':
    case '332': {
      const channel = channelOf(params[1], facts);
      const text = line.command === '331' ? '' : cleanText(params.at(-1));
      return channel ? { ...heard, kind: 'topic', channel, text } : undefined;
    }
    case '333': {
      const [channel, nick] = [channelOf(params[1], facts), parseNick(params[2]?.split('!', 1)[0])];
      const setAt = /^\d{9,11}$/.test(params[3] ?? '') ? Number(params[3]) * 1000 : undefined;
      return channel && nick && setAt ? { ...heard, kind: 'topicSet', channel, nick, setAt } : undefined;
    }
    case 'MODE': {
      const channel = channelOf(params[0], facts);
      return channel ? { ...heard, kind: 'mode', channel, by: anySource(line), changes: changesOf(params.slice(1), facts) } : undefined;
    }
    case '324': {
      const channel = channelOf(params[1], facts);
      return channel ? { ...heard, kind: 'mode', channel, changes: changesOf(params.slice(2), facts) } : undefined;
    }
    case 'TAGMSG':
      return tagged(line, hearing);
    case 'REDACT': {
      const channel = channelOf(params[0], facts);
      const msgid = params[1];
      if (!source || msgid === undefined || (!channel && !hearing.isMe(params[0] ?? ''))) return undefined;
      return { ...heard, kind: 'redaction', by: source, msgid: msgid.slice(0, 300), ...(channel ? { channel } : {}), ...reasonAt(line, 2) };
    }
    case 'AWAY': {
      const text = cleanText(params[0]);
      return source ? { ...heard, kind: 'presence', who: source, ...(text === '' ? {} : { text }) } : undefined;
    }
    case 'INVITE': {
      const channel = channelOf(params[1], facts);
      if (!channel || !source || !hearing.isMe(params[0] ?? '')) return undefined;
      return { ...heard, kind: 'invite', by: source, to: heardBy, channel };
    }
    default:
      return undefined;
  }
}

/** TAGMSG: a reaction or its taking back, or typing. */
function tagged(line: IrcMessage, hearing: Hearing): IrcEvent | undefined {
  const { network, at, heardBy, facts } = hearing;
  const from = sourceOf(line);
  const channel = channelOf(line.params[0], facts);
  if (!from || (!channel && !hearing.isMe(line.params[0] ?? ''))) return undefined;
  const heard = { network, at, heardBy, from, ...(channel ? { channel } : {}) };
  const { replyTo } = replyOf(line);
  const [added, taken] = [line.tags['+draft/react'], line.tags['+draft/unreact']];
  const key = cleanText(added ?? taken).trim();
  // Whatever a client may call an emoji; longer is text, which has other ways.
  if (key !== '' && key.length <= 100 && replyTo !== undefined) {
    return { ...heard, kind: 'reaction', msgid: replyTo, key, undo: added === undefined };
  }
  const state = line.tags['+typing'] ?? line.tags['+draft/typing'];
  return state === 'active' || state === 'paused' || state === 'done' ? { ...heard, kind: 'typing', state } : undefined;
}

/** PRIVMSG and NOTICE. CTCP other than ACTION is nothing anybody said: dropped here, VERSION is answered elsewhere. */
function saidIn(line: IrcMessage, hearing: Hearing): IrcEvent | undefined {
  const { network, at, heardBy, facts } = hearing;
  const body = bodyOf(line);
  const target = line.params[0];
  if (body === undefined || target === undefined) return undefined;
  const channel = channelOf(target, facts);
  const from = sourceOf(line);
  const { how, text } = body;
  if (channel !== undefined) {
    return from && withTags<ChannelMessage>({ kind: 'message', network, at, heardBy, from, channel, how, text }, line);
  }
  // Before registration a server may say `*` or AUTH; mass messages go to `$$*`: only our own nick is private.
  if (!hearing.isMe(target)) return undefined;
  const told = { kind: 'privateMessage', network, at, heardBy, from: from ?? anySource(line) } as const;
  return withTags<PrivateMessage>({ ...told, fromUser: from?.host !== undefined, to: heardBy, how, text }, line);
}

/** Adds what the tags tell of a line. Set on the event as made: built by spreading, each line's object is slow to read. */
function withTags<E extends ChannelMessage | PrivateMessage>(event: E, line: IrcMessage): E {
  const tagged: { msgid?: string; replyTo?: string; sentAt?: number } = event;
  const { msgid } = line.tags;
  // Opaque, but no longer than any seen by far (IRCv3 message-ids).
  if (msgid !== undefined && msgid !== '' && msgid.length <= 300) tagged.msgid = msgid;
  const { replyTo } = replyOf(line);
  if (replyTo !== undefined) tagged.replyTo = replyTo;
  const said = sentAt(line, event.at);
  if (said !== undefined) tagged.sentAt = said;
  return event;
}

function bodyOf(line: IrcMessage): { how: How; text: string } | undefined {
  const text = line.params.length < 2 ? '' : cleanBody(line.params[1]);
  if (NOTHING.test(text)) return undefined;
  if (!text.startsWith('\x01')) return { how: line.command === 'NOTICE' ? 'notice' : 'say', text };
  // The closing 0x01 may be missing where a server cut the line.
  const [, action] = /^\x01ACTION(?: (.*?))?\x01?$/is.exec(text) ?? [];
  return action === undefined || NOTHING.test(action) || line.command === 'NOTICE' ? undefined : { how: 'act', text: action };
}

/** The msgid of what a line answers (CAP-8). */
function replyOf({ tags }: IrcMessage): { replyTo?: string } {
  const replyTo = tags['+reply'] ?? tags['+draft/reply'];
  return replyTo === undefined || replyTo === '' || replyTo.length > 300 ? {} : { replyTo };
}

/** When it was said, where that is longer ago than lines take (CAP-3); never from the future. */
function sentAt(line: IrcMessage, now: number): number | undefined {
  const at = serverTime(line);
  return at === undefined || now - at <= LATE_MS || at <= 0 ? undefined : at;
}

/** As IRCv3 writes it; and as bouncers wrote it before, in Unix seconds. */
const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;
const SECONDS = /^\d{9,10}(?:\.\d{1,9})?$/;

/** The `time` of a line in ms (IRCv3 server-time); strict, since `Date.parse` finds a year in any words. */
export function serverTime(line: IrcMessage): number | undefined {
  const stamp = line.tags['time'] ?? '';
  if (SECONDS.test(stamp)) return Math.floor(Number(stamp) * 1000);
  const time = STAMP.test(stamp) ? Date.parse(stamp) : NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** A mode string with its parameters as single changes, by CHANMODES and PREFIX (types A, B and prefixes always take one, C when set). */
export function changesOf(params: readonly string[], facts: ServerFacts): ModeEvent['changes'] {
  const [a, b, c] = facts.channelModes;
  const always = a + b + facts.prefixLetters;
  const changes: { add: boolean; letter: string; param?: string }[] = [];
  let next = 1;
  let add = true;
  for (const letter of (params[0] ?? '').slice(0, MODES_MOST)) {
    if (letter === '+' || letter === '-') {
      add = letter === '+';
      continue;
    }
    if (!/[A-Za-z]/.test(letter)) continue;
    const param = always.includes(letter) || (add && c.includes(letter)) ? params[next++] : undefined;
    changes.push({ add, letter, ...(param === undefined ? {} : { param: cleanText(param) }) });
  }
  return changes;
}
