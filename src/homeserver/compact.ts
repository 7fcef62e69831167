/** Pure: what of a room event the journal keeps: the fields that `decode` looks at, in the homeserver's own shape. */

import type { Json, JsonObject } from '../model/matrix-content.js';
import { isExtensible } from './decode-extensible.js';
import { decodeEvent, ROOM_SETTINGS } from './decode.js';
import { MOST_MENTIONS } from './decode-message.js';
import type { MatrixEvent } from '../model/matrix-event.js';
import { isRaw, MOST_TEXT, objectIn } from './raw.js';
import type { Raw } from './raw.js';

/** The version of the body; a newer one than ours is not read. */
const VERSION = 1;

type Kept = Record<string, Json>;

const ENVELOPE = ['type', 'event_id', 'room_id', 'sender', 'origin_server_ts', 'state_key', 'redacts'];
const TEXTS = ['msgtype', 'body', 'format', 'formatted_body', 'filename', 'url', 'geo_uri'];
const VOICE = ['m.voice', 'org.matrix.msc3245.voice'];
const STATE = ['membership', 'reason', 'displayname', 'is_direct', 'topic', 'replacement_room', 'redacts'];

/** The body of a journal entry for an event that `decodeEvent` took. Holds no field that it does not read. */
export function entryBody(item: Raw): Json {
  const content = objectIn(item, 'content') ?? {};
  const type = item['type'];
  // Nested deeper than the others, rare, and no larger than an event may be.
  if (typeof type === 'string' && (isExtensible(type) || type === ROOM_SETTINGS)) {
    return { v: VERSION, event: { ...flat(item, ENVELOPE), content: content as JsonObject } };
  }
  const before = objectIn(objectIn(item, 'unsigned') ?? {}, 'prev_content') ?? objectIn(item, 'prev_content');
  const fresh = objectIn(content, 'm.new_content');
  const relation = objectIn(content, 'm.relates_to');
  const kept = talk(content, flat(content, STATE));
  if (fresh) kept['m.new_content'] = talk(fresh);
  if (relation) kept['m.relates_to'] = relationOf(relation);
  const event = flat(item, ENVELOPE);
  event['content'] = kept;
  if (before) event['prev_content'] = flat(before, ['membership']);
  return { v: VERSION, event };
}

/** Reads an entry's body back; `undefined` when it is of a newer version or not readable. */
export function eventOfBody(body: Json): MatrixEvent | undefined {
  if (!isRaw(body) || body['v'] !== VERSION) return undefined;
  const decoded = decodeEvent(body['event']);
  return decoded.ok ? decoded.event : undefined;
}

/** Puts what a message says into `kept`. */
function talk(content: Raw, kept: Kept = {}): Kept {
  const info = objectIn(content, 'info');
  const file = objectIn(content, 'file');
  const ids = objectIn(content, 'm.mentions')?.['user_ids'];
  const mentions = Array.isArray(ids) ? (ids.slice(0, MOST_MENTIONS) as unknown[]).map((id) => scalar(id, 255)) : [];
  flat(content, TEXTS, kept);
  if (info) kept['info'] = flat(info, ['mimetype', 'size', 'duration']);
  if (file) kept['file'] = flat(file, ['url']);
  for (const key of VOICE) if (objectIn(content, key)) kept[key] = {};
  if (mentions.length > 0) kept['m.mentions'] = { user_ids: mentions };
  return kept;
}

function relationOf(relation: Raw): Kept {
  const reply = objectIn(relation, 'm.in_reply_to');
  return {
    ...flat(relation, ['rel_type', 'event_id', 'is_falling_back', 'key']),
    ...(reply && { 'm.in_reply_to': flat(reply, ['event_id']) }),
  };
}

/** These keys with what is text, number or boolean; anything else, and over-long text, as null, which decodes the same. */
function flat(raw: Raw, keys: readonly string[], kept: Kept = {}): Kept {
  for (const key of keys) if (Object.hasOwn(raw, key)) kept[key] = scalar(raw[key], MOST_TEXT);
  return kept;
}

function scalar(value: unknown, most: number): Json {
  if (typeof value === 'string') return value.length <= most ? value : null;
  return typeof value === 'number' || typeof value === 'boolean' ? value : null;
}
