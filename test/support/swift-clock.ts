/** A clock for models that have no promises: thousands of runs are to be quick. */

import type { Clock, Timer } from '../../src/lib/clock.js';

/** Moves without waiting for promises: the listeners have none, and thousands of runs are to be quick. */
export class SwiftClock implements Clock {
  readonly #timers: { at: number; order: number; job: () => void }[] = [];
  #time = 0;
  #orders = 0;

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
    const timer = { at: this.#time + ms, order: this.#orders++, job };
    this.#timers.push(timer);
    return {
      end: () => {
        const at = this.#timers.indexOf(timer);
        if (at >= 0) this.#timers.splice(at, 1);
      },
    };
  }
  moveTo(time: number): void {
    for (;;) {
      this.#timers.sort((one, other) => one.at - other.at || one.order - other.order);
      const first = this.#timers[0];
      if (!first || first.at > time) break;
      this.#timers.shift();
      this.#time = first.at;
      first.job();
    }
    this.#time = time;
  }
}
