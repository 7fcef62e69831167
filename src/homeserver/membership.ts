/** Where our users are, as far as we know, and their joins and leaves, a few at a time so that they do not crowd out talk. */

import { SingleFlight } from '../lib/single-flight.js';
import type { RoomId, UserId } from '../model/ids.js';
import type { MemberEvent } from '../model/matrix-event.js';
import { Slots } from './slots.js';

/** What we know is bounded: the room known longest is forgotten as a whole, and asked for again when that matters. */
const MOST = 1_000_000;
/** Joins and leaves under way at a time: a quarter of the connections, so that talk always finds one. */
const MOST_MOVES = 8;

/** What is known of a room. */
interface Roll {
  readonly users: Set<UserId>;
  /** Whether all of ours who are in it are among `users`. */
  complete: boolean;
  /** Who was seen to go while the homeserver is being asked: its answer may be older than that. */
  gone?: Set<UserId>;
}

export class Membership {
  readonly #rooms = new Map<RoomId, Roll>();
  readonly #entering = new SingleFlight<string, void>();
  readonly #learning = new SingleFlight<RoomId, readonly UserId[]>();
  readonly #moves = new Slots(MOST_MOVES);
  readonly #most: number;
  #known = 0;

  /** @param most users in rooms that are remembered */
  constructor(most = MOST) {
    this.#most = most;
  }

  has(user: UserId, room: RoomId): boolean {
    return this.#rooms.get(room)?.users.has(user) ?? false;
  }

  add(user: UserId, room: RoomId): void {
    const roll = this.#rollOf(room);
    if (!roll.users.has(user)) this.#known++;
    roll.users.add(user);
    roll.gone?.delete(user);
    if (this.#known > this.#most) this.#forgetOldest(room);
  }

  drop(user: UserId, room: RoomId): void {
    const roll = this.#rooms.get(room);
    if (roll?.users.delete(user) === true) this.#known--;
    roll?.gone?.add(user);
  }

  /** Nobody but its maker is in a room that was made just now. */
  made(room: RoomId, by: UserId): void {
    this.#rollOf(room).complete = true;
    this.add(by, room);
  }

  /** Takes in what the homeserver tells of one of our users. */
  note(event: MemberEvent): void {
    if (event.now === 'join') this.add(event.target, event.room);
    else this.drop(event.target, event.room);
  }

  /** Whether all of ours in a room are known: who came before this process began is not, until it has asked. */
  isComplete(room: RoomId): boolean {
    return this.#rooms.get(room)?.complete ?? false;
  }

  /**
   * Completes what is known of a room by those of ours whom `ask` finds there; calls for the same are joined into one.
   * Gives those that were not known. Throws what `ask` throws; then nothing is changed.
   */
  learn(room: RoomId, ask: () => Promise<readonly UserId[]>): Promise<readonly UserId[]> {
    return this.#learning.do(room, async () => {
      if (this.isComplete(room)) return [];
      const gone = new Set<UserId>();
      this.#rollOf(room).gone = gone;
      try {
        const found = (await ask()).filter((user) => !gone.has(user) && !this.has(user, room));
        this.#rollOf(room).complete = true;
        for (const user of found) this.add(user, room);
        return found;
      } finally {
        delete this.#rollOf(room).gone;
      }
    });
  }

  /** Runs `join` when its turn comes, unless the user is known to be in; calls for the same are joined into one. */
  async enter(user: UserId, room: RoomId, join: () => Promise<void>): Promise<void> {
    // Neither id can hold a line feed.
    if (!this.has(user, room)) await this.#entering.do(`${user}\n${room}`, () => this.#moves.run(join));
  }

  /** Runs `leave` when its turn comes; what was known is forgotten once it is through. */
  async exit(user: UserId, room: RoomId, leave: () => Promise<void>): Promise<void> {
    await this.#moves.run(leave);
    this.drop(user, room);
  }

  #rollOf(room: RoomId): Roll {
    const known = this.#rooms.get(room);
    if (known) return known;
    const roll = { users: new Set<UserId>(), complete: false };
    this.#rooms.set(room, roll);
    return roll;
  }

  /** Any room but the one that grows just now. */
  #forgetOldest(but: RoomId): void {
    for (const [room, { users, gone }] of this.#rooms) {
      if (room === but || gone) continue;
      this.#rooms.delete(room);
      this.#known -= users.size;
      return;
    }
  }
}
