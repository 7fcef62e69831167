/** Which Matrix events are none of the bridge's business, so that they need not even be kept (SYN-15). */

import type { RoomId } from '../model/ids.js';
import type { MatrixEvent, MessageEvent } from '../model/matrix-event.js';
import type { AdminRooms } from '../rooms/admin-rooms.js';
import type { Links } from '../rooms/links.js';
import type { PmRooms } from '../rooms/pm-rooms.js';
import type { Route } from './route.js';

export interface UnmappedNeeds {
  readonly links: Pick<Links, 'ofRoom'>;
  /** The room that has a room's links now: itself, unless it was replaced. */
  readonly now: (room: RoomId) => RoomId;
  readonly pmRooms: Pick<PmRooms, 'ofRoom'>;
  readonly adminRooms: Pick<AdminRooms, 'ofRoom'>;
  readonly route: (event: MessageEvent) => Route;
  /** Whether a user is one of ours: a ghost or the bot. */
  readonly isOurs: (user: string) => boolean;
}

/**
 * Asked of each event before it is kept, so it only looks things up, and first what holds for most. What it says of an
 * event must be what `MatrixDispatch` would make of it: nothing. Where one of ours may just be on the way into a room,
 * whoever calls this must not ask.
 */
export class Unmapped {
  readonly #needs: UnmappedNeeds;
  /** Rooms to which an earlier life of the process was still to bring one of ours. */
  readonly #awaited = new Set<RoomId>();

  constructor(needs: UnmappedNeeds) {
    this.#needs = needs;
  }

  /** Sees what an earlier life of the process has left. */
  replayed(event: MatrixEvent): void {
    if (event.kind === 'member' && this.#needs.isOurs(event.target)) this.#awaited.add(event.room);
    if (event.kind === 'tombstone') this.#awaited.add(event.replacement);
  }

  /** Whether nobody here has a use for it. */
  has(event: MatrixEvent): boolean {
    const { room } = event;
    const { links, pmRooms, adminRooms, isOurs } = this.#needs;
    if (links.ofRoom(room).length > 0) return false;
    if (pmRooms.ofRoom(room) || adminRooms.ofRoom(room) || links.ofRoom(this.#needs.now(room)).length > 0 || this.#awaited.has(room)) return false;
    switch (event.kind) {
      case 'message':
        // A command may come from a direct talk with the bot that is not known yet (SEED-004d).
        return this.#needs.route(event).kind === 'talk';
      case 'member':
        return !isOurs(event.target);
      case 'reaction':
      case 'encrypted':
      case 'topic':
        return true;
      // These are few, and may be about what the bridge has let go of, or has yet to learn of.
      case 'redaction':
      case 'tombstone':
      case 'roomSettings':
      case 'encryptionOn':
        return false;
    }
  }
}
