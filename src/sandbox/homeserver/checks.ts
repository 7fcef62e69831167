/** What a homeserver refuses in contents: numbers, surrogates, shapes and sizes (SYNAPSE.md "Sending as a ghost"). */

import type { Json, JsonObject } from '../../model/matrix-content.js';
import { MatrixFault, unknown } from './answer.js';
import { isObject } from './json.js';

/** The whole event, signed and hashed as it goes over federation (specification, "Size limits"). */
const EVENT_BYTES = 65_536;
/** What hashes, signatures, auth events and previous events add to what we see. */
const PDU_OVERHEAD = 700;

/** Refuses floats and integers beyond 2^53 (400), and lone surrogates as Synapse does (500). */
export function checkJson(value: Json): void {
  if (typeof value === 'number') {
    if (!Number.isInteger(value)) throw new MatrixFault(400, 'M_BAD_JSON', `Bad JSON value: float`);
    if (!Number.isSafeInteger(value)) throw new MatrixFault(400, 'M_BAD_JSON', 'JSON integer out of range');
  } else if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new MatrixFault(500, 'M_UNKNOWN', 'Internal server error');
  } else if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) checkJson(item);
  } else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      checkJson(key);
      checkJson(item);
    }
  }
}

/** Text fields that must be there, by event type. */
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  'm.room.message': ['body', 'msgtype'],
  'm.room.topic': ['topic'],
  'm.room.name': ['name'],
  'm.room.tombstone': ['body', 'replacement_room'],
};

/** Refuses an event's content for its shape. */
export function checkContent(type: string, content: JsonObject): void {
  for (const key of TEXTS[type] ?? []) {
    if (content[key] === undefined) throw unknown(`'${key}' not in content`);
    if (typeof content[key] !== 'string') throw unknown(`'${key}' not a string type`);
  }
  const mentions = content['m.mentions'];
  if (mentions === undefined) return;
  const ids = isObject(mentions) ? (mentions.user_ids ?? []) : undefined;
  const good = Array.isArray(ids) && ids.every((id) => typeof id === 'string');
  if (!good) throw new MatrixFault(400, 'M_BAD_JSON', 'm.mentions is not valid');
}

/** Refuses an event that is too large as a whole, or in one of its names. */
export function checkSize(event: JsonObject): void {
  for (const key of ['type', 'state_key', 'sender', 'room_id']) {
    const value = event[key];
    if (typeof value === 'string' && Buffer.byteLength(value) > 255) {
      throw new MatrixFault(413, 'M_TOO_LARGE', `'${key}' too large`);
    }
  }
  if (Buffer.byteLength(JSON.stringify(event)) + PDU_OVERHEAD > EVENT_BYTES) {
    throw new MatrixFault(413, 'M_TOO_LARGE', 'event too large');
  }
}

/** Refuses what is no room alias: white space (M_UNKNOWN), over 255 (M_INVALID_PARAM), no `#…:…`. */
export function checkAlias(alias: string): void {
  if (alias.length > 255) throw new MatrixFault(400, 'M_INVALID_PARAM', "Can't create aliases longer than 255 characters");
  if (/[\s\0]/u.test(alias)) throw unknown('Invalid characters in room alias');
  if (!/^#[^:]+:.+$/u.test(alias)) throw new MatrixFault(400, 'M_INVALID_PARAM', `Expected room alias, got ${alias}`);
}
