/** Lines that a witness showed and nobody has said yet: by place, oldest first, and said when they have waited long. */

import type { Clock, Timer } from '../../lib/clock.js';

/** How long a witness's line waits for the primary to show it too, in ms. */
export const HOLD_MS = 3000;

/** A line that a witness showed and the primary did not. */
export interface HeldLine<Place, Who> {
  readonly place: Place;
  /** Who showed it first. */
  readonly by: Who;
  readonly line: Buffer;
}

/** A line of the ledger as far as it concerns waiting. */
export interface Waiting<Place, Who> {
  /** When it was shown first, monotonic ms. */
  readonly at: number;
  /** Present while nobody has said it. */
  held: HeldLine<Place, Who> | undefined;
}

export class HeldLines<Place extends object, Who, Line extends Waiting<Place, Who>> {
  readonly #clock: Clock;
  readonly #overdue: (held: HeldLine<Place, Who>) => void;
  readonly #all = new Set<Line>();
  readonly #of = new WeakMap<Place, Set<Line>>();
  #timer: Timer | undefined;

  /** @param overdue called with each line that has waited for `HOLD_MS`; it counts as said then */
  constructor(clock: Clock, overdue: (held: HeldLine<Place, Who>) => void) {
    this.#clock = clock;
    this.#overdue = overdue;
  }

  get size(): number {
    return this.#all.size;
  }

  /** Those of a place, oldest first; `undefined`: none. */
  of(place: Place): Iterable<Line> | undefined {
    const there = this.#all.size > 0 ? this.#of.get(place) : undefined;
    return there && there.size > 0 ? there : undefined;
  }

  /** Keeps a line whose `held` is set. */
  add(line: Line): void {
    if (!line.held) return;
    const { place } = line.held;
    this.#all.add(line);
    const there = this.#of.get(place);
    if (there) there.add(line);
    else this.#of.set(place, new Set([line]));
    this.#arm();
  }

  /** Marks a line as said. @returns what was held until now */
  said(line: Line): HeldLine<Place, Who> | undefined {
    const { held } = line;
    if (!held) return undefined;
    line.held = undefined;
    this.#all.delete(line);
    this.#of.get(held.place)?.delete(line);
    return held;
  }

  /** Ends the timer and forgets all. */
  stop(): void {
    this.#timer?.end();
    this.#timer = undefined;
    this.#all.clear();
  }

  #arm(): void {
    const first = this.#all.values().next();
    if (this.#timer || first.done) return;
    const wait = Math.max(0, first.value.at + HOLD_MS - this.#clock.elapsed());
    this.#timer = this.#clock.after(wait, () => {
      this.#timer = undefined;
      this.#release();
      this.#arm();
    });
  }

  #release(): void {
    const due = this.#clock.elapsed() - HOLD_MS;
    for (const line of this.#all) {
      if (line.at > due) break;
      const held = this.said(line);
      if (held) this.#overdue(held);
    }
  }
}
