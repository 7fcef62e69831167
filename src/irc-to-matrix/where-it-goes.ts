/** A line whose room was replaced or is gone since it was taken: it goes where the link went (ROOM-17), or nowhere (H9). */

import { type DeadRooms, roomGone } from '../rooms/dead-rooms.js';
import type { Carriage } from './message.js';

type Carry = (carriage: Carriage) => Promise<void>;

/** Makes a carrier of lines out of another that knows only living rooms. */
export function makeCarryOn(carry: Carry, deadRooms: DeadRooms): Carry {
  return async (carriage) => {
    const { ended } = carriage;
    const room = deadRooms.now(carriage.room);
    if (room === undefined) return ended(roomGone(carriage.room));
    let elsewhere: Promise<void> | undefined;
    const refused = async (fault: unknown): Promise<void> => {
      const next = await deadRooms.after(room, fault);
      if (typeof next === 'string') await carry({ ...carriage, room: next });
      else ended(next.fault);
    };
    await carry({
      ...carriage,
      room,
      ended(fault) {
        if (fault === undefined) return ended();
        elsewhere = refused(fault).catch(ended);
      },
    });
    // Those behind it wait, unless its ghost was set aside already.
    await elsewhere;
  };
}
