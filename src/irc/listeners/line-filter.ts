/** What is done with a raw line of one client: pass, drop or hold, judged before it is decoded. */

import type { Audience, Listener } from './audience.js';
import { nextWord, type Peek } from '../wire/line.js';

/** `pass`: parse it. `drop`: a copy, or nothing for this client. `hold`: kept by the listeners, released later if need be. */
export type LineVerdict = 'pass' | 'drop' | 'hold';

/** What the judge asks the listeners. Bounds are offsets into the line's buffer. */
export interface Ground<C> {
  /** The channel of that name, if one of us is in it. */
  audienceOf(buf: Buffer, from: number, to: number): Audience<C> | undefined;
  /** Whether this is the nick of the client itself. */
  isSelf(me: Listener<C>, buf: Buffer, from: number, to: number): boolean;
  /** Whether this is the nick of any client of ours. */
  isOurs(buf: Buffer, from: number, to: number): boolean;
  /** Whether whoever says this in a channel is one of us, by what `me` has been shown so far. */
  isOurTalk(me: Listener<C>, audience: Audience<C>, buf: Buffer, from: number, to: number): boolean;
  /** `me` was shown that one of us changed its nick. */
  sawNick(me: Listener<C>, buf: Buffer, line: Peek): void;
  /** A line of talk by a watched client in a channel. */
  heard(me: Listener<C>, audience: Audience<C>, buf: Buffer, start: number, line: Peek): LineVerdict;
  /** Whether a line to the operators (STATUSMSG) is new. */
  first(me: Listener<C>, audience: Audience<C>, buf: Buffer, line: Peek): boolean;
  /** A watched client showed that another of us came in. */
  sawJoin(me: Listener<C>, audience: Audience<C>, buf: Buffer, line: Peek): void;
  /** A watched client showed that another of us was gone. */
  sawQuit(me: Listener<C>, buf: Buffer, line: Peek): void;
}

/** Judges the line that starts at `start` in `buf` and was peeked at. */
export function judgeLine<C>(ground: Ground<C>, me: Listener<C>, buf: Buffer, start: number, line: Peek): LineVerdict {
  switch (line.kind) {
    case 'say':
      // What comes back to who said it: only such lines bring the msgids of our own words.
      if (line.body > start && ground.isSelf(me, buf, line.nick, line.nickEnd)) return 'pass';
      return judgeTalk(ground, me, buf, start, line);
    case 'other':
    case 'numeric':
      return 'pass';
    case 'names':
    case 'namesEnd':
      return judgeNames(ground, me, buf, line);
    case 'everywhere':
      return judgeEverywhere(ground, me, buf, line);
    case 'batch':
      return judgeBatch(ground, me, buf, line);
    case 'tags': {
      const audience = ground.audienceOf(buf, line.target, line.targetEnd);
      if (!audience) return talksToStatus(ground, buf, line) ? 'drop' : 'pass';
      return audience.primary === me && !ground.isOurs(buf, line.nick, line.nickEnd) ? 'pass' : 'drop';
    }
    case 'join':
    case 'channel':
      return judgeChannel(ground, me, buf, line);
    case 'kick':
      return judgeKick(ground, me, buf, line);
    case 'invite':
      return me.nick.length === 0 || ground.isSelf(me, buf, line.target, line.targetEnd) ? 'pass' : 'drop';
  }
}

/** PRIVMSG and NOTICE. */
function judgeTalk<C>(ground: Ground<C>, me: Listener<C>, buf: Buffer, start: number, line: Peek): LineVerdict {
  const audience = ground.audienceOf(buf, line.target, line.targetEnd);
  if (audience) {
    // The common case, 497 copies of 500: nothing more is looked at.
    if (!audience.watches(me)) return 'drop';
    if (ground.isOurTalk(me, audience, buf, line.nick, line.nickEnd)) return 'drop';
    return ground.heard(me, audience, buf, start, line);
  }
  const toStatus = talksToStatus(ground, buf, line);
  if (toStatus) return !ground.isOurs(buf, line.nick, line.nickEnd) && ground.first(me, toStatus, buf, line) ? 'pass' : 'drop';
  // A channel that none of us is known to be in: nobody else would pass it, but never our own words (INV-1).
  if (isChannelSign(buf[line.target]) && ground.isOurs(buf, line.nick, line.nickEnd)) return 'drop';
  return 'pass';
}

/** The channel behind `@#c` and its like. */
function talksToStatus<C>(ground: Ground<C>, buf: Buffer, line: Peek): Audience<C> | undefined {
  let at = line.target;
  while (at < line.targetEnd && at < line.target + 5 && isStatusSign(buf[at])) {
    const audience = ground.audienceOf(buf, ++at, line.targetEnd);
    if (audience) return audience;
  }
  return undefined;
}

/** 353 and 366: `me = #c :…` and `me #c :…`. */
function judgeNames<C>(ground: Ground<C>, me: Listener<C>, buf: Buffer, line: Peek): LineVerdict {
  const skipped = line.kind === 'names' ? nextWord(buf, line.targetEnd, line.end)[1] : line.targetEnd;
  const [from, to] = nextWord(buf, skipped, line.end);
  const audience = ground.audienceOf(buf, from, to);
  return !audience || audience.primary === me ? 'pass' : 'drop';
}

/** QUIT, NICK and what else a server tells everybody who shares a channel. */
function judgeEverywhere<C>(ground: Ground<C>, me: Listener<C>, buf: Buffer, line: Peek): LineVerdict {
  if (ground.isSelf(me, buf, line.nick, line.nickEnd)) return 'pass';
  // Also of who is not watched: it may be the next moment.
  if (isNick(buf, line)) ground.sawNick(me, buf, line);
  if (me.watchedIn === 0) return 'drop';
  if (ground.isOurs(buf, line.nick, line.nickEnd)) {
    if (isQuit(buf, line)) ground.sawQuit(me, buf, line);
    return 'drop';
  }
  if (me.primaries === 0) return 'drop';
  // Of our own nick changes only the client itself tells; its registry may have the new nick already.
  return isNick(buf, line) && ground.isOurs(buf, line.target, line.targetEnd) ? 'drop' : 'pass';
}

/** JOIN, PART, MODE, TOPIC. */
function judgeChannel<C>(ground: Ground<C>, me: Listener<C>, buf: Buffer, line: Peek): LineVerdict {
  const audience = ground.audienceOf(buf, line.target, line.targetEnd);
  if (ground.isSelf(me, buf, line.nick, line.nickEnd)) return 'pass';
  const ours = line.kind === 'join' && audience?.watches(me) === true && ground.isOurs(buf, line.nick, line.nickEnd);
  if (ours) ground.sawJoin(me, audience, buf, line);
  if (audience && audience.primary !== me) return 'drop';
  // MODE of our own nick names no channel; it may come from the server or from ourselves.
  if (!audience && !isChannelSign(buf[line.target])) return 'pass';
  return ours || ground.isOurs(buf, line.nick, line.nickEnd) ? 'drop' : 'pass';
}

/** `BATCH +id type #channel` for who does not look at that channel is nothing; ends name no channel and cost little. */
function judgeBatch<C>(ground: Ground<C>, me: Listener<C>, buf: Buffer, line: Peek): LineVerdict {
  const [, type] = nextWord(buf, line.targetEnd, line.end);
  const [from, to] = nextWord(buf, type, line.end);
  const audience = from < to ? ground.audienceOf(buf, from, to) : undefined;
  return !audience || audience.watches(me) || ground.isSelf(me, buf, line.nick, line.nickEnd) ? 'pass' : 'drop';
}

/** KICK: of one of us only the victim tells. */
function judgeKick<C>(ground: Ground<C>, me: Listener<C>, buf: Buffer, line: Peek): LineVerdict {
  const [from, to] = nextWord(buf, line.targetEnd, line.end);
  if (ground.isSelf(me, buf, from, to)) return 'pass';
  if (ground.isSelf(me, buf, line.nick, line.nickEnd)) return ground.isOurs(buf, from, to) ? 'drop' : 'pass';
  const audience = ground.audienceOf(buf, line.target, line.targetEnd);
  if (audience && audience.primary !== me) return 'drop';
  return ground.isOurs(buf, from, to) || ground.isOurs(buf, line.nick, line.nickEnd) ? 'drop' : 'pass';
}

function isNick(buf: Buffer, line: Peek): boolean {
  return line.commandEnd - line.command === 4 && ((buf[line.command] ?? 0) & 0xdf) === 0x4e;
}

function isQuit(buf: Buffer, line: Peek): boolean {
  return line.commandEnd - line.command === 4 && ((buf[line.command] ?? 0) & 0xdf) === 0x51;
}

/** `#`, `&`, `+`, `!`. */
function isChannelSign(byte: number | undefined): boolean {
  return byte === 0x23 || byte === 0x26 || byte === 0x2b || byte === 0x21;
}

/** `~`, `&`, `@`, `%`, `+`, `!`, `.`. */
function isStatusSign(byte: number | undefined): boolean {
  return isChannelSign(byte) || byte === 0x7e || byte === 0x40 || byte === 0x25 || byte === 0x2e;
}
