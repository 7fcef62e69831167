/** Finds a room that we may have created although the answer was lost, so that it is not created twice. */

import type { RoomId, UserId } from '../model/ids.js';
import { parseRoomId } from '../model/ids.js';
import { isFault } from '../model/errors.js';
import type { ClientServer } from './call.js';
import { MARK } from './content.js';

/** Rooms looked into: the ghost of a private room is in few; the bot's rooms have aliases, which find them better. */
const MOST_ROOMS = 500;

/**
 * Looks through the creator's rooms for the one whose `m.room.create` bears `mark`.
 * @param creator `undefined`: the bot
 * @throws BridgeError as any call does
 */
export async function findCreated(server: ClientServer, creator: UserId | undefined, mark: string): Promise<RoomId | undefined> {
  const answer = await server.once({ name: 'joinedRooms', method: 'GET', path: '/v3/joined_rooms' }, creator);
  const listed = Array.isArray(answer['joined_rooms']) ? (answer['joined_rooms'] as unknown[]) : [];
  for (const room of listed.slice(-MOST_ROOMS).flatMap((id) => parseRoomId(id) ?? [])) {
    if ((await markOf(server, creator, room)) === mark) return room;
  }
  return undefined;
}

async function markOf(server: ClientServer, creator: UserId | undefined, room: RoomId): Promise<unknown> {
  const path = `/v3/rooms/${encodeURIComponent(room)}/state/m.room.create`;
  try {
    return (await server.once({ name: 'getState', method: 'GET', path }, creator))[MARK];
  } catch (fault) {
    // A room that it has just left, or that was purged.
    if (isFault(fault, 'HOMESERVER_FORBIDDEN') || isFault(fault, 'HOMESERVER_NOT_FOUND')) return undefined;
    throw fault;
  }
}
