/**
 * Slows the homeserver's telling us what we did ourselves. It sends one transaction at a time and puts into the next all
 * that came meanwhile; answered at once, busy talk from IRC comes back event by event, which costs both sides as much
 * as the talk itself.
 */

import { sleep, type Clock } from '../lib/clock.js';

/** A transaction that comes so soon after the last answer was waiting for it, in ms. */
const AT_ONCE_MS = 5;
/** So many in a row with nothing but echoes are let through unbraked. */
const FREE = 8;
/** How long the answer is then held, in ms: what a Matrix user's line is later at most. */
const HOLD_MS = 5;
/** One with so many events is full enough: more would not fit the next (Synapse sends 100). */
export const FULL = 50;

export class EchoBrake {
  readonly #clock: Clock;
  #row = 0;
  #answeredAt = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Call when a transaction comes in. */
  came(): void {
    if (this.#clock.elapsed() - this.#answeredAt > AT_ONCE_MS) this.#row = 0;
  }

  /** Call before its answer, which is to wait for the promise where there is one. @param echoes events it held, of ours all */
  answering(echoes: number): Promise<void> | undefined {
    this.#row++;
    this.#answeredAt = this.#clock.elapsed();
    if (this.#row <= FREE || echoes >= FULL) return undefined;
    this.#answeredAt += HOLD_MS;
    return sleep(this.#clock, HOLD_MS);
  }

  /** Call instead when it held anything for us. */
  useful(): void {
    this.#row = 0;
    this.#answeredAt = -Infinity;
  }
}
