/** Which of our users are in which rooms, as far as we know; bounded, and wrong at worst by a harmless join more. */

import { BoundedMap } from '../lib/bounded-map.js';
import type { RoomId, UserId } from '../model/ids.js';
import type { MemberEvent } from '../model/matrix-event.js';

const MOST = 300_000;

export class Membership {
  readonly #joined = new BoundedMap<string, true>(MOST);

  has(user: UserId, room: RoomId): boolean {
    return this.#joined.has(key(user, room));
  }

  add(user: UserId, room: RoomId): void {
    this.#joined.set(key(user, room), true);
  }

  drop(user: UserId, room: RoomId): void {
    this.#joined.delete(key(user, room));
  }

  /** Takes in what the homeserver tells of one of our users. */
  note(event: MemberEvent): void {
    if (event.now === 'join') this.add(event.target, event.room);
    else this.drop(event.target, event.room);
  }
}

/** Neither id can hold a line feed. */
function key(user: UserId, room: RoomId): string {
  return `${user}\n${room}`;
}
