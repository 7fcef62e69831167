/** Pure: who types, of a transaction's ephemeral part (CAP-11, EPH-7). It is never kept: what is missed is over anyway. */

import { parseRoomId, parseUserId, type RoomId, type UserId } from '../model/ids.js';
import { isRaw, objectIn, textIn, type Raw } from './raw.js';

/** Everybody who types in a room now; empty: nobody any more. */
export interface RoomTyping {
  readonly room: RoomId;
  readonly users: readonly UserId[];
}

/** A Synapse sends a hundred at most; more than this of anything is not looked at. */
const MOST_ITEMS = 200;
const MOST_USERS = 50;

/**
 * Reads `ephemeral`, or where that is missing what it was called as a draft (MSC2409). Total; what is malformed is left
 * out, and of a room the last word counts.
 */
export function typingIn(transaction: Raw): readonly RoomTyping[] {
  const list = [transaction['ephemeral'], transaction['de.sorunome.msc2409.ephemeral']].find((value) => Array.isArray(value));
  if (!Array.isArray(list) || list.length === 0) return [];
  const found = new Map<RoomId, RoomTyping>();
  for (const item of (list as unknown[]).slice(-MOST_ITEMS)) {
    if (!isRaw(item) || textIn(item, 'type', 255) !== 'm.typing') continue;
    const room = parseRoomId(textIn(item, 'room_id', 255));
    const users = objectIn(item, 'content')?.['user_ids'];
    if (!room || !Array.isArray(users)) continue;
    found.set(room, { room, users: (users as unknown[]).slice(0, MOST_USERS).flatMap((user) => parseUserId(user) ?? []) });
  }
  return [...found.values()];
}
