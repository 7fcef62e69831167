/**
 * Which ghosts are in which linked rooms: nobody in this life of the process saw them come who came before it began. Asks
 * the homeserver once for each room, so that whoever goes on IRC is taken out of it all the same (MEM-7, G8).
 */

import type { Homeserver } from '../homeserver/port.js';
import { BoundedMap } from '../lib/bounded-map.js';
import type { Clock } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import { SingleFlight } from '../lib/single-flight.js';
import { faultText, isFault } from '../model/errors.js';
import type { RoomId, UserId } from '../model/ids.js';

export interface RollCallNeeds {
  readonly homeserver: Pick<Homeserver, 'knowsRoom' | 'learnRoom'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Told of a room that is known now, and which of our users were found there. */
export type OnKnown = (room: RoomId, found: readonly UserId[]) => void;

/** Rooms that are asked for side by side, behind the scenes: an answer may be long. */
const AT_ONCE = 2;
/** A room of which the homeserver tells us nothing (the bot is not in it) is asked for again after so long. */
const AGAIN_MS = 600_000;

export class RollCall {
  readonly #needs: RollCallNeeds;
  readonly #asking = new SingleFlight<RoomId, void>();
  readonly #refused = new BoundedMap<RoomId, number>(10_000);
  readonly #waiting = new Set<RoomId>();
  readonly #onKnown: OnKnown[] = [];
  readonly #onOver: (() => void)[] = [];
  #running = 0;

  constructor(needs: RollCallNeeds) {
    this.#needs = needs;
  }

  /** `known` is told of each room; `over` is called when there is none left that could still be asked for. */
  listen(known: OnKnown, over: () => void): void {
    this.#onKnown.push(known);
    this.#onOver.push(over);
  }

  /** Whether it is worth asking for a room: it is not known, and was not refused just now. */
  isOpen(room: RoomId): boolean {
    if (this.#needs.homeserver.knowsRoom(room)) return false;
    const refused = this.#refused.get(room);
    return refused === undefined || this.#needs.clock.elapsed() - refused > AGAIN_MS;
  }

  /** Resolves when a room is known, or cannot be; never throws. */
  async ask(room: RoomId): Promise<void> {
    if (this.isOpen(room)) await this.#asking.do(room, () => this.#learn(room));
  }

  /** Asks for rooms one after the other, a few at a time; does not wait for that. */
  askAll(rooms: Iterable<RoomId>): void {
    for (const room of rooms) if (this.isOpen(room)) this.#waiting.add(room);
    while (this.#running < AT_ONCE && this.#waiting.size > 0) {
      this.#running++;
      void this.#work();
    }
  }

  async #work(): Promise<void> {
    for (let [room] = this.#waiting; room !== undefined; [room] = this.#waiting) {
      this.#waiting.delete(room);
      await this.ask(room);
    }
    this.#running--;
    if (this.#running === 0) for (const over of this.#onOver) over();
  }

  async #learn(room: RoomId): Promise<void> {
    try {
      const found = await this.#needs.homeserver.learnRoom(room);
      for (const known of this.#onKnown) known(room, found);
    } catch (fault) {
      this.#refused.set(room, this.#needs.clock.elapsed());
      if (!isFault(fault, 'STOPPING')) this.#needs.log.info('not known who is in a room', { room, why: faultText(fault) });
    }
  }
}
