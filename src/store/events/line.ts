/** Pure: a pair as one line of the file, and back. */

import type { EventPair } from '../../model/event-pair.js';
import { parseEventId, parseRoomId, parseUserId } from '../../model/ids.js';
import { asNetworkName, parseNick } from '../../model/irc-names.js';

/** A longer line is garbage: every part of a pair is bounded. */
export const LONGEST = 8192;

/** As numbers in the file. */
const KINDS = ['message', 'reaction', 'copy'] as const;

/** A line with its LF. */
export function writePair(pair: EventPair): string {
  const { room, event, network, target, msgid, kind, nick, at, hash, author, key } = pair;
  return `${JSON.stringify([KINDS.indexOf(kind), at, event, room, network, target, msgid, nick, hash, author ?? 0, ...(key === undefined ? [] : [key])])}\n`;
}

/** The inverse; `undefined` for what is torn or of a version that cannot be read. */
export function readPair(line: string): EventPair | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // Torn by a crash: there is no such pair.
    return undefined;
  }
  if (!Array.isArray(value)) return undefined;
  const [kind, at, eventText, roomText, network, target, msgid, nickText, hash, authorText, key] = value as unknown[];
  const [event, room, nick, author] = [parseEventId(eventText), parseRoomId(roomText), parseNick(nickText), parseUserId(authorText)];
  if (!event || !room || !nick || typeof at !== 'number' || typeof kind !== 'number' || !KINDS[kind]) return undefined;
  if (typeof network !== 'string' || typeof target !== 'string' || typeof msgid !== 'string' || typeof hash !== 'string') return undefined;
  return {
    room, event, network: asNetworkName(network), target, msgid, kind: KINDS[kind], nick, at, hash,
    ...(author === undefined ? {} : { author }),
    ...(typeof key === 'string' ? { key } : {}),
  };
}
