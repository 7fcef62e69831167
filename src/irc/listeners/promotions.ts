/** Makes the bot a channel's primary once it has been there, or has been in disgrace, for long enough. */

import type { Clock, Timer } from '../../lib/clock.js';
import type { Audience, Listener } from './audience.js';

/** A preferred client becomes primary after so long in a channel, in ms: what it shows can be counted then. */
export const SETTLE_MS = 10_000;

export class Promotions<C> {
  readonly #clock: Clock;
  readonly #changing: (audience: Audience<C>, change: () => void) => void;
  readonly #timers = new Map<Audience<C>, Timer>();

  /** @param changing does a change and what follows from it */
  constructor(clock: Clock, changing: (audience: Audience<C>, change: () => void) => void) {
    this.#clock = clock;
    this.#changing = changing;
  }

  /** Promotes `who` after so many ms, unless it is gone or not trusted then; watched first for a while, if it was not. */
  after(audience: Audience<C>, who: Listener<C>, ms: number): void {
    this.forget(audience);
    const timer = this.#clock.after(ms, () => {
      this.#timers.delete(audience);
      if (!audience.trusts(who, this.#clock.elapsed())) return;
      const settled = audience.watches(who);
      this.#changing(audience, () => (settled ? audience.promote(who) : audience.watch(who)));
      if (!settled) this.after(audience, who, SETTLE_MS);
    });
    this.#timers.set(audience, timer);
  }

  forget(audience: Audience<C>): void {
    this.#timers.get(audience)?.end();
    this.#timers.delete(audience);
  }

  /** Ends all timers. */
  stop(): void {
    for (const timer of this.#timers.values()) timer.end();
    this.#timers.clear();
  }
}
