/** Whole valid values for tests: override what matters. */

import type { Entry } from '../../src/journal/port.js';
import type { Metrics } from '../../src/metrics/port.js';
import {
  type EventId,
  parseEventId,
  parseRoomAlias,
  parseRoomId,
  parseUserId,
  type RoomAlias,
  type RoomId,
  type UserId,
} from '../../src/model/ids.js';
import { asNetworkName, type ChannelName, parseChannelName, parseNick, type Nick } from '../../src/model/irc-names.js';
import type { ChannelMessage, IrcEventOf } from '../../src/model/irc-event.js';
import type { Link } from '../../src/model/link.js';
import type { MediaBody, MessageEvent, TextBody } from '../../src/model/matrix-event.js';
import { type LogLine, makeLog } from '../../src/lib/log.js';

function sure<T>(value: T | undefined, text: string): T {
  if (value === undefined) throw new Error(`not what a test wants: ${text}`);
  return value;
}

export const userId = (text: string): UserId => sure(parseUserId(text), text);
export const roomId = (text: string): RoomId => sure(parseRoomId(text), text);
export const eventId = (text: string): EventId => sure(parseEventId(text), text);
export const aliasId = (text: string): RoomAlias => sure(parseRoomAlias(text), text);
export const nickOf = (text: string): Nick => sure(parseNick(text), text);
export const channelOf = (text: string): ChannelName => sure(parseChannelName(text), text);

export const NET = asNetworkName('irc.test');
export const CATS = channelOf('#cats');
export const ROOM = roomId('!cats:hs.test');
export const ALICE = userId('@alice:hs.test');
export const CAROL = userId('@carol:hs.test');
/** When events of tests were sent: where `TestClock` starts. */
export const START = Date.UTC(2025, 0, 1);

let events = 0;

export function aLink(set: Partial<Link> = {}): Link {
  return { network: NET, channel: CATS, room: ROOM, origin: 'alias', ...set };
}

export function aText(plain: string, set: Partial<TextBody> = {}): TextBody {
  return { type: 'text', how: 'say', plain, mentions: [], ...set };
}

export function aFile(name: string, set: Partial<MediaBody> = {}): MediaBody {
  return { type: 'media', media: 'file', name, encrypted: false, ...set };
}

/** A Matrix message; each has an id of its own. */
export function aMessage(set: Partial<MessageEvent> = {}): MessageEvent {
  const id = eventId(`$event${events++}`);
  return { kind: 'message', room: ROOM, id, sender: ALICE, at: START, body: aText('hello'), ...set };
}

/** A line in a channel. */
export function aLine(text = 'hello', set: Partial<ChannelMessage> & { readonly nick?: string } = {}): ChannelMessage {
  const { nick = 'bob', ...rest } = set;
  return {
    kind: 'message',
    network: NET,
    at: START,
    heardBy: { network: NET, owner: 'bot' },
    from: { nick: nickOf(nick), user: 'u', host: 'h.test' },
    channel: CATS,
    how: 'say',
    text,
    ...rest,
  };
}

/** A line to the bot. */
export function aPrivateLine(text = 'hello', set: Partial<IrcEventOf<'privateMessage'>> = {}): IrcEventOf<'privateMessage'> {
  const bot = { network: NET, owner: 'bot' } as const;
  const from = { nick: nickOf('bob'), user: 'u', host: 'h.test' };
  return { kind: 'privateMessage', network: NET, at: START, heardBy: bot, to: bot, from, fromUser: true, how: 'say', text, ...set };
}

export function aNickChange(from: string, to: string): IrcEventOf<'nick'> {
  const heardBy = { network: NET, owner: 'bot' } as const;
  return { kind: 'nick', network: NET, at: START, heardBy, from: { nick: nickOf(from) }, to: nickOf(to) };
}

export function anEntry(set: Partial<Entry> = {}): Entry {
  return { id: '1.1', lane: 'matrix', at: START, body: null, ...set };
}

/** Metrics that remember counts, as `name{label="value"}`. */
export function countingMetrics(): Metrics & { readonly counts: Map<string, number> } {
  const counts = new Map<string, number>();
  return {
    counts,
    count(name, labels = {}, by = 1) {
      const shown = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
      const key = shown.length === 0 ? name : `${name}{${shown.join(',')}}`;
      counts.set(key, (counts.get(key) ?? 0) + by);
    },
    time: () => undefined,
    set: () => undefined,
  };
}

/** A log whose lines a test reads. */
export function listeningLog(): { readonly log: ReturnType<typeof makeLog>; readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  return { log: makeLog('debug', (line) => lines.push(line)), lines };
}
