/** Notices what takes too long: told once when it is delayed, and once more when it is taken for dead (AS-12). */

import type { Clock, Timer } from './clock.js';

/** `delayed`: over ten seconds under way; `dead`: over five minutes. Neither is given up because of it. */
export type Lateness = 'delayed' | 'dead';

const DELAYED_MS = 10_000;
const DEAD_MS = 300_000;
const LOOK_MS = 5_000;

export class Overdue {
  readonly #clock: Clock;
  readonly #tell: (id: string, how: Lateness, seconds: number) => void;
  /** What is under way, the longest first, and those of it that are told delayed: each in order of its beginning. */
  readonly #waiting = new Map<object, { readonly id: string; readonly since: number }>();
  readonly #delayed = new Map<object, { readonly id: string; readonly since: number }>();
  #timer: Timer | undefined;

  /** @param tell must not throw */
  constructor(clock: Clock, tell: (id: string, how: Lateness, seconds: number) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Something begins; what is given back ends it, and may be called again without harm. */
  begin(id: string): () => void {
    const key = {};
    this.#waiting.set(key, { id, since: this.#clock.elapsed() });
    this.#timer ??= this.#clock.every(LOOK_MS, () => this.#look());
    return () => {
      this.#waiting.delete(key);
      this.#delayed.delete(key);
      if (this.#waiting.size > 0 || this.#delayed.size > 0) return;
      this.#timer?.end();
      this.#timer = undefined;
    };
  }

  #look(): void {
    const now = this.#clock.elapsed();
    for (const [key, { id, since }] of this.#delayed) {
      if (now - since < DEAD_MS) break;
      this.#delayed.delete(key);
      this.#tell(id, 'dead', (now - since) / 1000);
    }
    for (const [key, one] of this.#waiting) {
      if (now - one.since < DELAYED_MS) break;
      this.#waiting.delete(key);
      this.#delayed.set(key, one);
      this.#tell(one.id, 'delayed', (now - one.since) / 1000);
    }
    if (this.#waiting.size > 0 || this.#delayed.size > 0) return;
    this.#timer?.end();
    this.#timer = undefined;
  }
}
