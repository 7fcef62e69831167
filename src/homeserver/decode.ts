/**
 * Pure: a room event of unknown shape to a `MatrixEvent`, or the reason why not (T9). Strips nothing, types strictly;
 * text keeps what is in it but lone surrogates.
 */

import { parseEventId, parseRoomId, parseUserId } from '../model/ids.js';
import type { MatrixEvent, MemberEvent, MessageEvent, RoomEvent } from '../model/matrix-event.js';
import type { JsonObject } from '../model/matrix-content.js';
import { isExtensible } from './decode-extensible.js';
import { decodeMessage, type MessageType } from './decode-message.js';
import { isRaw, MOST_TEXT, objectIn, textIn } from './raw.js';
import type { Raw } from './raw.js';

/** What is wrong with an event; a closed list, since it is a metric's label. */
export type Why =
  | 'not an object'
  | 'bad type'
  | 'bad event_id'
  | 'bad room_id'
  | 'bad sender'
  | 'bad timestamp'
  | 'bad state_key'
  | 'bad content'
  | 'bad body'
  | 'bad membership'
  | 'bad reference';

/** `ignored`: well-formed, and of no interest to a bridge to IRC. */
export type Decoded =
  | { readonly ok: true; readonly event: MatrixEvent }
  | { readonly ok: false; readonly why: Why }
  | { readonly ok: false; readonly why: 'ignored' };

const MEMBERSHIPS = ['join', 'leave', 'invite', 'ban', 'knock'] as const;

/** The room's own settings, under the predecessor's name (RC-3). */
export const ROOM_SETTINGS = 'org.matrix.appservice-irc.config';

const no = (why: Why | 'ignored'): Decoded => ({ ok: false, why });
const yes = (event: MatrixEvent): Decoded => ({ ok: true, event });

/** Reads one item of `events`; total, and linear in the fields that it looks at. */
export function decodeEvent(item: unknown): Decoded {
  if (!isRaw(item)) return no('not an object');
  const type = textIn(item, 'type', 255);
  if (type === undefined) return no('bad type');
  const id = Object.hasOwn(item, 'event_id') ? parseEventId(item['event_id']) : undefined;
  if (!id?.isWellFormed()) return no('bad event_id');
  const room = Object.hasOwn(item, 'room_id') ? parseRoomId(item['room_id']) : undefined;
  if (!room?.isWellFormed()) return no('bad room_id');
  const sender = Object.hasOwn(item, 'sender') ? parseUserId(item['sender']) : undefined;
  if (!sender?.isWellFormed()) return no('bad sender');
  const at = Object.hasOwn(item, 'origin_server_ts') ? item['origin_server_ts'] : undefined;
  if (typeof at !== 'number' || !Number.isSafeInteger(at) || at < 0) return no('bad timestamp');
  const content = objectIn(item, 'content');
  if (!content) return no('bad content');
  const stateKey = Object.hasOwn(item, 'state_key') ? item['state_key'] : undefined;
  if (stateKey !== undefined && typeof stateKey !== 'string') return no('bad state_key');
  const envelope: RoomEvent = { room, id, sender, at };
  // The presence of a state key makes a state event, not the type (AS API, "Transactions").
  if (stateKey === undefined) return decodeTalk(type, envelope, content, item);
  return decodeState(type, stateKey, envelope, content, item);
}

function decodeTalk(type: string, envelope: RoomEvent, content: Raw, item: Raw): Decoded {
  switch (type) {
    case 'm.room.message':
    case 'm.sticker':
      return decodeSaid(type, envelope, content, item);
    case 'm.room.redaction': {
      // In `content` from room version 11 on.
      const redacts = parseEventId(textIn(content, 'redacts', 255) ?? textIn(item, 'redacts', 255));
      const reason = textIn(content, 'reason', MOST_TEXT);
      return redacts ? yes({ kind: 'redaction', ...envelope, redacts, ...(reason ? { reason } : {}) }) : no('bad reference');
    }
    case 'm.room.encrypted':
      return yes({ kind: 'encrypted', ...envelope });
    case 'm.reaction':
      return decodeReaction(envelope, content);
    default:
      return isExtensible(type) ? decodeSaid(type, envelope, content, item) : no('ignored');
  }
}

function decodeSaid(type: MessageType, envelope: RoomEvent, content: Raw, item: Raw): Decoded {
  // Redacted before it came to us: nothing is left to say, and nothing is wrong with it.
  if (objectIn(objectIn(item, 'unsigned') ?? {}, 'redacted_because')) return no('ignored');
  const said = decodeMessage(type, content);
  if (typeof said === 'string') return no(said);
  const { room, id, sender, at } = envelope;
  const event: MessageEvent = { kind: 'message', room, id, sender, at, body: said.body };
  return yes(said.refers === undefined ? event : { ...event, ...said.refers });
}

function decodeReaction(envelope: RoomEvent, content: Raw): Decoded {
  const relation = objectIn(content, 'm.relates_to');
  // Redacted, or of another kind.
  if (!relation || textIn(relation, 'rel_type', 255) !== 'm.annotation') return no('ignored');
  const target = parseEventId(textIn(relation, 'event_id', 255));
  const key = shortcodeIn(relation, content) ?? textIn(relation, 'key', 1000);
  return target?.isWellFormed() && key !== undefined ? yes({ kind: 'reaction', ...envelope, target, key }) : no('bad reference');
}

/** Emoji of one's own have a file for a key, and a name beside it, which clients write as they like (MSC4027). */
function shortcodeIn(relation: Raw, content: Raw): string | undefined {
  if (!textIn(relation, 'key', 1000)?.startsWith('mxc://')) return undefined;
  const name = textIn(content, 'shortcode', 100) ?? textIn(content, 'com.beeper.reaction.shortcode', 100) ?? '';
  const [, bare] = /^:?([^\s:]{1,50}):?$/u.exec(name) ?? [];
  return bare === undefined ? undefined : `:${bare}:`;
}

function decodeState(type: string, stateKey: string, envelope: RoomEvent, content: Raw, item: Raw): Decoded {
  if (type === 'm.room.member') return decodeMember(stateKey, envelope, content, item);
  if (type === ROOM_SETTINGS) return yes({ kind: 'roomSettings', ...envelope, stateKey, content: content as JsonObject });
  if (type !== 'm.room.topic' && type !== 'm.room.tombstone' && type !== 'm.room.encryption') return no('ignored');
  // These mean something only under the empty key; under another anybody may play with them.
  if (stateKey !== '') return no('ignored');
  if (type === 'm.room.encryption') return yes({ kind: 'encryptionOn', ...envelope });
  if (type === 'm.room.topic') {
    // Without a topic it was redacted or taken away: the empty one.
    const text = Object.hasOwn(content, 'topic') ? textIn(content, 'topic', MOST_TEXT) : '';
    return text === undefined ? no('bad content') : yes({ kind: 'topic', ...envelope, text });
  }
  const replacement = parseRoomId(textIn(content, 'replacement_room', 255));
  return replacement ? yes({ kind: 'tombstone', ...envelope, replacement }) : no('bad reference');
}

function decodeMember(stateKey: string, envelope: RoomEvent, content: Raw, item: Raw): Decoded {
  const target = parseUserId(stateKey);
  if (!target?.isWellFormed()) return no('bad state_key');
  const now = membershipIn(content);
  if (!now) return no('bad membership');
  const unsigned = objectIn(item, 'unsigned') ?? {};
  const before = membershipIn(objectIn(unsigned, 'prev_content') ?? objectIn(item, 'prev_content') ?? {});
  const reason = textIn(content, 'reason', MOST_TEXT);
  const displayName = textIn(content, 'displayname', MOST_TEXT);
  return yes({
    kind: 'member',
    ...envelope,
    target,
    now,
    isDirect: Object.hasOwn(content, 'is_direct') && content['is_direct'] === true,
    ...(before === undefined ? {} : { before }),
    ...(reason === undefined ? {} : { reason }),
    ...(displayName === undefined ? {} : { displayName }),
  });
}

function membershipIn(content: Raw): MemberEvent['now'] | undefined {
  const membership = textIn(content, 'membership', 20);
  return MEMBERSHIPS.find((known) => known === membership);
}
