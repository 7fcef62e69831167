/** The time between the last logout and the end of a person's clients: one timer for all who are in it (SYN-16). */

import type { Clock, Timer } from '../lib/clock.js';
import type { UserId } from '../model/ids.js';

/** The timer wakes at most so often, however many ends lie close together. */
const STEP_MS = 250;

export class Grace {
  readonly #clock: Clock;
  readonly #over: (person: UserId) => void;
  /** When each person's time is over, in ms of the clock's `elapsed`. */
  readonly #ends = new Map<UserId, number>();
  #timer: Timer | undefined;
  #wakesAt = Infinity;

  /** @param over called once when a person's time is over; must not throw */
  constructor(clock: Clock, over: (person: UserId) => void) {
    this.#clock = clock;
    this.#over = over;
  }

  get size(): number {
    return this.#ends.size;
  }

  /** Begins a person's time, anew if he is in it already. */
  begin(person: UserId, ms: number): void {
    const end = this.#clock.elapsed() + Math.max(0, ms);
    this.#ends.set(person, end);
    this.#wakeAt(end);
  }

  /** The person stays; harmless when he is not in it. */
  cancel(person: UserId): void {
    this.#ends.delete(person);
    if (this.#ends.size === 0) this.end();
  }

  /** Nothing is over any more. */
  end(): void {
    this.#timer?.end();
    this.#timer = undefined;
    this.#wakesAt = Infinity;
  }

  #wakeAt(end: number): void {
    if (this.#wakesAt <= end) return;
    this.#timer?.end();
    this.#wakesAt = end;
    this.#timer = this.#clock.after(Math.max(0, end - this.#clock.elapsed()), () => this.#wake());
  }

  #wake(): void {
    this.end();
    const now = this.#clock.elapsed();
    const over: UserId[] = [];
    let next = Infinity;
    for (const [person, end] of this.#ends) {
      if (end <= now) over.push(person);
      else next = Math.min(next, end);
    }
    for (const person of over) this.#ends.delete(person);
    if (next < Infinity) this.#wakeAt(Math.max(next, now + STEP_MS));
    for (const person of over) this.#over(person);
  }
}
