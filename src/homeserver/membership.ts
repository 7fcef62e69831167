/** Where our users are, as far as we know, and their joins and leaves, a few at a time so that they do not crowd out talk. */

import { BoundedMap } from '../lib/bounded-map.js';
import { SingleFlight } from '../lib/single-flight.js';
import type { RoomId, UserId } from '../model/ids.js';
import type { MemberEvent } from '../model/matrix-event.js';
import { Slots } from './slots.js';

/** What we know is bounded, and wrong at worst by a harmless join more. */
const MOST = 300_000;
/** Joins and leaves under way at a time: a quarter of the connections, so that talk always finds one. */
const MOST_MOVES = 8;

export class Membership {
  readonly #joined = new BoundedMap<string, true>(MOST);
  readonly #entering = new SingleFlight<string, void>();
  readonly #moves = new Slots(MOST_MOVES);

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

  /** Runs `join` when its turn comes, unless the user is known to be in; calls for the same are joined into one. */
  async enter(user: UserId, room: RoomId, join: () => Promise<void>): Promise<void> {
    if (!this.has(user, room)) await this.#entering.do(key(user, room), () => this.#moves.run(join));
  }

  /** Runs `leave` when its turn comes; what was known is forgotten once it is through. */
  async exit(user: UserId, room: RoomId, leave: () => Promise<void>): Promise<void> {
    await this.#moves.run(leave);
    this.drop(user, room);
  }
}

/** Neither id can hold a line feed. */
function key(user: UserId, room: RoomId): string {
  return `${user}\n${room}`;
}
