/** So many in so long for each key, and no more: a bound on what strangers may make us do. */

import { BoundedMap } from './bounded-map.js';
import type { Clock } from './clock.js';

export class Allowance {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #ms: number;
  readonly #used: BoundedMap<string, { readonly since: number; count: number }>;

  /** @param keys how many keys are remembered; the oldest is forgotten first */
  constructor(clock: Clock, most: number, ms: number, keys = 10_000) {
    this.#clock = clock;
    this.#most = most;
    this.#ms = ms;
    this.#used = new BoundedMap(keys);
  }

  /** Takes one, or says that there is none left for now. */
  take(key: string): boolean {
    const now = this.#clock.elapsed();
    const used = this.#used.get(key);
    if (!used || now - used.since >= this.#ms) {
      this.#used.set(key, { since: now, count: 1 });
      return true;
    }
    if (used.count >= this.#most) return false;
    used.count++;
    return true;
  }
}
