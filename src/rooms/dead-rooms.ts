/** Where a line for a room goes when the room is dead: replaced by another (ROOM-17), or gone altogether (H9). */

import type { Homeserver } from '../homeserver/port.js';
import { BoundedMap } from '../lib/bounded-map.js';
import { type Clock, within } from '../lib/clock.js';
import { BridgeError } from '../model/errors.js';
import type { RoomId } from '../model/ids.js';
import type { GoneRooms } from './gone-rooms.js';
import type { Links } from './links.js';

export interface DeadRoomsNeeds {
  readonly homeserver: Pick<Homeserver, 'stateOf'>;
  readonly links: Pick<Links, 'onMoved' | 'now'>;
  readonly goneRooms: Pick<GoneRooms, 'has' | 'look'>;
  readonly clock: Clock;
}

export interface DeadRooms {
  /** The room to say in what was said for this one: its successor, or itself; `undefined`: it is gone. */
  now(room: RoomId): RoomId | undefined;
  /**
   * A room refused a line. Gives the room that takes it instead, the fault if there is none: `ROOM_GONE` when the
   * homeserver has the room no more, otherwise as it was. Never throws anything else.
   */
  after(room: RoomId, fault: unknown): Promise<RoomId | { readonly fault: unknown }>;
}

/** The homeserver shuts the old room before we have followed into the new one; what is said meanwhile waits so long. */
const FOLLOW_MS = 30_000;
/** A room that is not replaced, or that we could not follow, is not asked about again for so long. */
const AGAIN_MS = 60_000;

export function makeDeadRooms({ homeserver, links, goneRooms, clock }: DeadRoomsNeeds): DeadRooms {
  const asked = new BoundedMap<RoomId, number>(10_000);
  const waiting = new Map<RoomId, { readonly promise: Promise<void>; readonly go: () => void }>();
  links.onMoved((from) => {
    waiting.get(from)?.go();
    waiting.delete(from);
  });

  const moved = (room: RoomId): Promise<void> => {
    let go = (): void => undefined;
    const known = waiting.get(room) ?? { promise: new Promise<void>((resolve) => (go = resolve)), go: () => go() };
    waiting.set(room, known);
    return known.promise;
  };

  /** Whether the room was replaced and we have followed, now or soon. */
  const followed = async (room: RoomId): Promise<boolean> => {
    const last = asked.get(room);
    if (last !== undefined && clock.elapsed() - last < AGAIN_MS) return false;
    const tomb = await homeserver.stateOf(room, 'm.room.tombstone', '');
    if (typeof tomb?.['replacement_room'] === 'string' && links.now(room) === room) {
      await within(clock, FOLLOW_MS, moved(room), () => undefined);
    }
    if (links.now(room) !== room) return true;
    asked.set(room, clock.elapsed());
    return false;
  };

  const now = (room: RoomId): RoomId | undefined => {
    const at = links.now(room);
    return goneRooms.has(at) ? undefined : at;
  };

  return {
    now,
    async after(room, fault) {
      if (!(fault instanceof BridgeError) || fault.passing || fault.code === 'STOPPING') return { fault };
      try {
        const unknown = fault.code === 'HOMESERVER_NOT_FOUND' || fault.status === 404;
        if (unknown && (await goneRooms.look(room))) return { fault: roomGone(room) };
        if (fault.code !== 'HOMESERVER_FORBIDDEN' || !(await followed(room))) return { fault };
      } catch (other) {
        return { fault: other instanceof BridgeError && other.code === 'STOPPING' ? other : fault };
      }
      return now(room) ?? { fault: roomGone(room) };
    },
  };
}

/** What a line for a room that is gone ends with. */
export function roomGone(room: RoomId): BridgeError {
  return new BridgeError('ROOM_GONE', `${room} is gone`);
}
