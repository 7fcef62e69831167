/** A clock for models that have no promises: thousands of runs are to be quick. */

import type { Clock, Timer } from '../../src/lib/clock.js';

/** Moves without waiting for promises: the listeners have none, and thousands of runs are to be quick. */
export class SwiftClock implements Clock {
  /** The next first; of the same time, the one that was set first. */
  readonly #timers: { at: number; job: () => void }[] = [];
  #time = 0;

  now(): number {
    return this.#time;
  }
  elapsed(): number {
    return this.#time;
  }
  get timers(): number {
    return this.#timers.length;
  }
  every(): Timer {
    throw new Error('not used');
  }
  after(ms: number, job: () => void): Timer {
    const timer = { at: this.#time + ms, job };
    let [from, to] = [0, this.#timers.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((this.#timers[middle]?.at ?? Infinity) <= timer.at) from = middle + 1;
      else to = middle;
    }
    this.#timers.splice(from, 0, timer);
    return {
      end: () => {
        const at = this.#timers.indexOf(timer);
        if (at >= 0) this.#timers.splice(at, 1);
      },
    };
  }
  moveTo(time: number): void {
    for (;;) {
      const first = this.#timers[0];
      if (!first || first.at > time) break;
      this.#timers.shift();
      this.#time = first.at;
      first.job();
    }
    this.#time = time;
  }
}
