/** A wait that anybody in a hurry may end. */

import type { Clock } from '../lib/clock.js';

export class Pause {
  readonly #clock: Clock;
  #over: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves after `ms`, or at the next `end`. One at a time. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#clock.after(ms, () => this.end());
      this.#over = () => {
        timer.end();
        resolve();
      };
    });
  }

  /** Ends the wait, if there is one. */
  end(): void {
    this.#over?.();
    this.#over = undefined;
  }
}
