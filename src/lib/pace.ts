/** Lets jobs begin at a steady pace: so many a second, those in a hurry first. */

import type { Clock, Timer } from './clock.js';

/** Several may begin together, so that a quick pace needs no timer for each. */
const TICK_MS = 100;

export class Pace {
  readonly #clock: Clock;
  readonly #tickMs: number;
  readonly #perTick: number;
  readonly #urgent: (() => void)[] = [];
  readonly #others: (() => void)[] = [];
  #timer: Timer | undefined;

  /** @param perSecond above 0 */
  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#perTick = Math.max(1, Math.floor((perSecond * TICK_MS) / 1000));
    this.#tickMs = (1000 * this.#perTick) / perSecond;
  }

  /** Jobs that have not begun. */
  get size(): number {
    return this.#urgent.length + this.#others.length;
  }

  /** Begins a job, at once when none has begun lately; it must not throw. */
  push(job: () => void, hurry: 'urgent' | 'in turn' = 'in turn'): void {
    (hurry === 'urgent' ? this.#urgent : this.#others).push(job);
    if (!this.#timer) this.#tick();
  }

  /** Nothing more begins. */
  end(): void {
    this.#timer?.end();
    this.#urgent.length = 0;
    this.#others.length = 0;
  }

  #tick(): void {
    // Set before the jobs run, since they may push.
    this.#timer = this.#clock.after(this.#tickMs, () => {
      this.#timer = undefined;
      if (this.size > 0) this.#tick();
    });
    const jobs = this.#urgent.splice(0, this.#perTick);
    jobs.push(...this.#others.splice(0, this.#perTick - jobs.length));
    for (const job of jobs) job();
  }
}
