/** What joins a Matrix event with a message on IRC, so that what is said later can point at it (DB-10). No text. */

import type { EventId, RoomId, UserId } from './ids.js';
import type { NetworkName, Nick } from './irc-names.js';

export interface EventPair {
  readonly room: RoomId;
  readonly event: EventId;
  readonly network: NetworkName;
  /** The channel, or the nick of a private talk, as written. */
  readonly target: string;
  /** IRCv3 `msgid`; of a reaction that came from IRC what `reactionKey` gives, of a copy what `copyKey` does. */
  readonly msgid: string;
  /** `copy`: what was said in another room of the channel, shown in this one (ROOM-8). */
  readonly kind: 'message' | 'reaction' | 'copy';
  /** Who said it on IRC. */
  readonly nick: Nick;
  /** Who said it on Matrix, where it came from there. */
  readonly author?: UserId;
  /** Ms since the epoch. */
  readonly at: number;
  /** With which emoji somebody on Matrix reacted: without it that could not be taken back by tags (CAP-9). */
  readonly key?: string;
  /** `shortHash` of what was said. */
  readonly hash: string;
}

/** 52 bits of a text as a number: quick, not secret; whoever looks up by it compares what it finds. */
export function hashNumber(text: string): number {
  let one = 0x811c9dc5;
  let two = 0x9747b28c;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    one = Math.imul(one ^ unit, 0x01000193);
    two = Math.imul(two ^ unit, 0x85ebca6b) ^ (two >>> 13);
  }
  return (one >>> 0) * 0x10_0000 + (two >>> 12);
}

/** The same in few characters. */
export function shortHash(text: string): string {
  return hashNumber(text).toString(36);
}

/** By what the copies of an event in the other rooms of its channel are found; no msgid, since it has a blank. */
export function copyKey(event: EventId): string {
  return `copy ${event}`;
}

/** By what a reaction is found again when it is taken back: who (folded), to which message, with what. */
export function reactionKey(nick: string, msgid: string, key: string): string {
  return `react ${shortHash(`${nick}\0${key}`)} ${shortHash(msgid)}`;
}
