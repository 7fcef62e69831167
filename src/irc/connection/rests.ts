/**
 * Reads connections to which nobody needs to listen in batches: where a server cannot make clients deaf, five hundred
 * copies of each line would wake the process five hundred times. One that rests is read again a tenth of a second
 * later, so PING and what is private wait no longer than that; at once when its client writes, or is to listen.
 */

import type { Clock, Timer } from '../../lib/clock.js';

/** How long one rests, and how often it is looked who has rested long enough, in ms. */
export const REST_MS = 100;
const LOOK_MS = 10;

/** What can rest: a connection that has stopped to read. */
export interface Restable {
  /** Reads again. */
  wake(): void;
}

export class Rests {
  readonly #clock: Clock;
  /** Until when each rests, in ms of the clock's `elapsed`; the first to wake comes first. */
  readonly #until = new Map<Restable, number>();
  #timer: Timer | undefined;
  #ended = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** ms of the clock. */
  get now(): number {
    return this.#clock.elapsed();
  }

  /** Lets one rest that stops reading now. @returns false when it must not: it is to read on */
  rest(who: Restable): boolean {
    if (this.#ended) return false;
    this.#until.set(who, this.#clock.elapsed() + REST_MS);
    this.#timer ??= this.#clock.every(LOOK_MS, () => this.#look());
    return true;
  }

  /** Wakes one; harmless when it does not rest. */
  rouse(who: Restable): void {
    if (this.#until.delete(who)) who.wake();
  }

  /** One that rests is gone. */
  forget(who: Restable): void {
    this.#until.delete(who);
  }

  /** Wakes everybody, and lets nobody rest any more. */
  end(): void {
    this.#ended = true;
    for (const who of [...this.#until.keys()]) this.rouse(who);
    this.#look();
  }

  #look(): void {
    const now = this.#clock.elapsed();
    for (const [who, until] of this.#until) {
      if (until > now) return;
      this.rouse(who);
    }
    this.#timer?.end();
    this.#timer = undefined;
  }
}
