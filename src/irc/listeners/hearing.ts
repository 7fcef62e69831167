/**
 * Which of our clients are shown talk at all (CONN-15): what changes in their channels when one becomes deaf or hears
 * again. Nobody else sees that on its connection, as they see a JOIN, so the ledger cannot know the exact place.
 */

import type { Clock, Timer } from '../../lib/clock.js';
import type { Audience, Listener } from './audience.js';
import { LAG_MS, type Ledger } from './witness.js';

export class Hearing<C> {
  readonly #clock: Clock;
  readonly #ledger: Ledger<Audience<C>, Listener<C>>;
  readonly #changed: (audience: Audience<C>, before: Listener<C> | undefined) => void;
  readonly #timers = new Map<Listener<C>, Timer>();

  /** @param changed told of each channel of such a client, with the primary that it had before */
  constructor(
    clock: Clock,
    ledger: Ledger<Audience<C>, Listener<C>>,
    changed: (audience: Audience<C>, before: Listener<C> | undefined) => void,
  ) {
    this.#clock = clock;
    this.#ledger = ledger;
    this.#changed = changed;
  }

  /** From here on `who` hears, or does not. What others had shown before it was asked to hear again, it never shows. */
  set(who: Listener<C>, hears: boolean): void {
    if (who.hears === hears) return;
    this.forget(who);
    who.hears = hears;
    if (hears) who.hearsSince = this.#clock.elapsed();
    who.unplaced.clear();
    for (const audience of [...who.audiences]) {
      const before = audience.primary;
      audience.heed();
      if (hears) {
        this.#ledger.skip(audience, who, (_by, order) => order < who.askedAt);
        who.unplaced.add(audience);
      }
      this.#changed(audience, before);
    }
    if (hears) this.#settle(who, this.#ledger.end);
  }

  /**
   * `who` is about to show a line, the first since it hears again: on every connection lines come in the server's order, so
   * what others showed before that one is past. Where they have not shown it yet, all they showed is.
   */
  place(who: Listener<C>, audience: Audience<C>, key: string): void {
    who.unplaced.delete(audience);
    const place = this.#ledger.orderOf(audience, key, who) ?? Infinity;
    this.#ledger.skip(audience, who, (_by, order) => order < place);
  }

  forget(who: Listener<C>): void {
    this.#timers.get(who)?.end();
    this.#timers.delete(who);
  }

  /** Ends all timers. */
  stop(): void {
    for (const timer of this.#timers.values()) timer.end();
    this.#timers.clear();
  }

  /** What others showed between the asking and the answer, `who` may still show or not; after the common lag not. */
  #settle(who: Listener<C>, point: number): void {
    const timer = this.#clock.after(LAG_MS, () => {
      this.#timers.delete(who);
      for (const audience of who.audiences) this.#ledger.skip(audience, who, (_by, order) => order < point);
    });
    this.#timers.set(who, timer);
  }
}
