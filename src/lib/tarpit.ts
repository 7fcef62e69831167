/** So many newcomers in a minute, and whoever comes too many is told when to come again. */

import type { Clock } from './clock.js';

/** Nobody is told to wait for longer; who would have to, is told to ask again then. */
const LONGEST_MS = 600_000;
/** Newcomers who wait, at most; the others have no place of their own yet. */
const MOST = 10_000;

export class Tarpit {
  readonly #clock: Clock;
  readonly #eachMs: number;
  #nextAt = -Infinity;
  /** Who was told to come when, the earliest first. */
  readonly #told = new Map<string, number>();

  /** @param perMinute above 0; as many may come at once after a quiet minute */
  constructor(clock: Clock, perMinute: number) {
    this.#clock = clock;
    this.#eachMs = 60_000 / perMinute;
  }

  /**
   * Lets somebody in (0), or tells how many ms to wait. Each who waits has a place of his own, so that not all come
   * back at once; and who asks again before his time keeps it.
   */
  waitMs(who: string): number {
    const now = this.#clock.elapsed();
    const told = this.#told.get(who);
    if (told !== undefined && told > now) return Math.ceil(told - now);
    this.#told.delete(who);
    if (told !== undefined) return 0;
    for (const [other, at] of this.#told) {
      if (at > now - LONGEST_MS) break;
      this.#told.delete(other);
    }
    // What was not used of the last minute may be used at once.
    const at = Math.max(this.#nextAt, now - 60_000 + this.#eachMs);
    if (at > now + LONGEST_MS || (at > now && this.#told.size >= MOST)) return LONGEST_MS;
    this.#nextAt = at + this.#eachMs;
    if (at <= now) return 0;
    this.#told.set(who, at);
    return Math.ceil(at - now);
  }
}
